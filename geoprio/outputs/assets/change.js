(function () {
  "use strict";
  var root = document.documentElement;
  document.getElementById("language").addEventListener("click", function () {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
  });
  document.getElementById("print").addEventListener("click", function () { window.print(); });
})();
