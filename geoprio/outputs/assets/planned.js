(function () {
  "use strict";
  // Long tables open folded on a phone; on paper all are open.
  var long = document.querySelectorAll("details.long");
  if (window.innerWidth < 700) long.forEach(function (one) { one.open = false; });
  window.addEventListener("beforeprint", function () {
    long.forEach(function (one) { one.open = true; });
  });
})();
