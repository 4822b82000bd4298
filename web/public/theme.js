(function () {
  var choice = null;
  try {
    choice = JSON.parse(localStorage.getItem("interlock.theme"));
  } catch {
    choice = null;
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
