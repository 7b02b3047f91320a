// Keeps the ticks of a self-check on this device, for whoever asks for it, until they ask to forget them.
// Nothing leaves the browser. Without this script the page has all it needs.
(() => {
  const section = document.getElementById("remember");
  let kept;
  try { kept = window.localStorage; } catch { return; }
  if (!section || !kept) return;

  const name = "seamark-" + section.dataset.name;
  const [offer, keeping] = section.querySelectorAll("div");
  const ticks = () => [...document.querySelectorAll(".check input")];
  const keep = () => kept.setItem(name, JSON.stringify(ticks().filter((tick) => tick.checked).map((tick) => tick.id)));
  const isKeeping = () => kept.getItem(name) !== null;
  const show = () => {
    offer.hidden = isKeeping();
    keeping.hidden = !isKeeping();
  };

  try {
    const before = JSON.parse(kept.getItem(name)) || [];
    ticks().forEach((tick) => { tick.checked = tick.checked || before.includes(tick.id); });
  } catch { kept.removeItem(name); }

  offer.querySelector("button").addEventListener("click", () => { keep(); show(); });
  keeping.querySelector("button").addEventListener("click", () => { kept.removeItem(name); show(); });
  document.addEventListener("change", () => { if (isKeeping()) keep(); });
  section.hidden = false;
  show();
})();
