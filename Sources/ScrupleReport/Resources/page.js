// The page itself: light and dark, tables that sort, and everything unfolded on paper.

const themes = [["", "◐ auto"], ["light", "☀ light"], ["dark", "☾ dark"]];

/// The theme that was chosen last, where the browser remembers for this page.
function rememberedTheme() {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return "";
  }
}

function showTheme(button, name) {
  if (name === "") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  const [, title] = themes.find(([known]) => known === name) ?? themes[0];
  button.textContent = title;
  button.setAttribute("aria-label", `Colours: ${title.slice(2)}. Press to change.`);
  // Canvases don't follow style sheets.
  document.dispatchEvent(new Event("themechange"));
}

function startTheme() {
  const button = document.getElementById("theme");
  let current = rememberedTheme();
  button.hidden = false;
  showTheme(button, current);
  button.addEventListener("click", () => {
    const position = themes.findIndex(([known]) => known === current);
    current = themes[(position + 1) % themes.length][0];
    showTheme(button, current);
    try {
      localStorage.setItem("theme", current);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => showTheme(button, current));
}

/// The number in a cell's text, NaN where there is none: minus signs, thin spaces, units and 4·10⁻⁷ are the page's own.
function numberIn(text) {
  const raised = (digits) => [...digits].map((one) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(one)).map((n) => (n < 0 ? "-" : n)).join("");
  const plain = text.replace(/·10([⁻⁰¹²³⁴-⁹]+)/, (_, power) => `e${raised(power)}`)
    .replaceAll("\u2212", "-").replace(/[^0-9.eE-]/g, "");
  return /[0-9]/.test(plain) ? Number(plain) : NaN;
}

/// Which of two cells stands first in rising order; cells without a number come last either way.
function order(first, second, isNumeric, sign) {
  if (!isNumeric) return sign * first.localeCompare(second, "en", { numeric: true });
  const [a, b] = [numberIn(first), numberIn(second)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
  return sign * (a - b);
}

/// A click or Enter on a column's head sorts by it, rising, then falling.
function makeSortable(table) {
  const heads = [...table.querySelectorAll("thead tr:last-child th")];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const rises = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", rises ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => order(
      a.cells[column].textContent, b.cells[column].textContent, head.classList.contains("n"), rises ? 1 : -1));
    body.append(...rows);
  }));
}

function startPage() {
  startTheme();
  document.querySelectorAll("table.sorts").forEach(makeSortable);
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((details) => (details.open = true));
  });
}
