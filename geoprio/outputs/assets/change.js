(function () {
  "use strict";
  var root = document.documentElement;
  document.getElementById("language").addEventListener("click", function () {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
  });
  // What is folded is printed, too.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
  document.getElementById("print").addEventListener("click", function () { window.print(); });
})();
