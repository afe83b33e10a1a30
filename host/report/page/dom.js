// Elements. Text goes into the page as text only, never as markup.

/** h("p", { class: "lead" }, "text", element, ...). */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** The number at a path of the document, rounded to the eye and whole in its attributes. */
function num(path, style) {
  const value = at(path);
  return h(
    "data",
    { class: "num", value: String(value), "data-path": path, "data-style": style },
    formatted(value, style),
  );
}

/** A label of the table, which may run in any direction and be of any length. */
function label(text, most) {
  const whole = String(text);
  const shown = clip(whole, most || 60);
  return h("bdi", { title: shown === whole ? null : clip(whole, 300) }, shown);
}

/** A code with the name it stands for. */
function coded(code, name, kind) {
  return h(
    "span",
    { class: kind ? "coded " + kind : "coded" },
    h("span", { class: "code" }, label(code, 24)),
    name && name !== code ? h("span", { class: "name" }, label(name, 48)) : null,
  );
}

function note(kind, ...content) {
  return h("p", { class: "note " + kind, role: "note" }, ...content);
}

/** A list of terms with their values. */
function terms(entries) {
  return h(
    "dl",
    { class: "terms" },
    entries
      .filter((entry) => entry[1] !== null && entry[1] !== undefined && entry[1] !== "")
      .map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))),
  );
}

/** Saves text as a file. */
function download(name, type, text) {
  const link = h("a", {
    href: URL.createObjectURL(new Blob([text], { type })),
    download: name,
  });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
