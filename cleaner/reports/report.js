(function () {
  "use strict";
  var box = document.getElementById("cluster-filter");
  if (!box) return;
  var select = box.querySelector("select");
  var said = box.querySelector("output");
  var clusters = Array.prototype.slice.call(document.querySelectorAll("[data-sources]"));
  box.hidden = false;
  select.addEventListener("change", function () {
    var wanted = select.value;
    var shown = 0;
    clusters.forEach(function (cluster) {
      var fits = wanted === "" || cluster.getAttribute("data-sources").split(" ").indexOf(wanted) >= 0;
      cluster.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    said.textContent = shown + " of " + clusters.length + " clusters shown";
  });
})();
