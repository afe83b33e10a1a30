// Tables that can be sorted, searched, paged and saved as CSV.

/** A value as CSV writes it: every digit, lists joined as the program joins them. */
function csvField(value, separator) {
  if (value === null || value === undefined) return "";
  const text = Array.isArray(value) ? value.join(separator || ">") : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function csvOf(columns, rows) {
  const lines = [columns.map((column) => csvField(column.key)).join(",")];
  for (const row of rows) {
    lines.push(columns.map((column) => csvField(row[column.key], column.separator)).join(","));
  }
  return lines.join("\n") + "\n";
}

/** Order of two values; what is missing comes last either way. */
function compared(a, b, down) {
  const none = (value) => value === null || value === undefined;
  if (none(a) || none(b)) return none(a) - none(b);
  const numbers = typeof a === "number" && typeof b === "number";
  const order = numbers ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}

class DataTable {
  /**
   * `columns`: { key, heading, style, title, cell(row, path), text(row), separator }; a column
   * without `cell` shows the number or text at its key. `path`: of the rows in the document.
   */
  constructor({ id, caption, columns, path, csvName, pageSize = 20 }) {
    Object.assign(this, { id, caption, columns, path, csvName, pageSize });
    this.rows = at(path);
    this.order = this.rows.map((_, i) => i);
    this.page = 0;
    this.sorted = { column: null, down: false };
    this.body = h("tbody");
    this.status = h("span", { class: "status", "aria-live": "polite" });
    this.element = this.build();
    this.show();
  }

  build() {
    this.search = h("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search in: " + this.caption,
    });
    this.search.addEventListener("input", () => this.select());
    const save = h("button", { type: "button" }, "Download CSV");
    save.addEventListener("click", () =>
      download(this.csvName + ".csv", "text/csv", csvOf(this.columns, this.chosen())),
    );
    this.before = h("button", { type: "button", "aria-label": "Previous rows" }, "‹");
    this.after = h("button", { type: "button", "aria-label": "Next rows" }, "›");
    this.before.addEventListener("click", () => this.turn(-1));
    this.after.addEventListener("click", () => this.turn(1));
    this.heads = this.columns.map((column) => this.head(column));
    return h(
      "div",
      { class: "table", id: this.id },
      h("div", { class: "tools" }, this.search, save),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": this.caption },
        h(
          "table",
          {},
          h("caption", {}, this.caption),
          h("thead", {}, h("tr", {}, this.heads)),
          this.body,
        ),
      ),
      h("div", { class: "tools pager" }, this.before, this.status, this.after),
    );
  }

  head(column) {
    const button = h("button", { type: "button", title: column.title || null }, column.heading);
    const head = h(
      "th",
      { scope: "col", class: column.style ? "number" : "", "aria-sort": "none" },
    );
    button.addEventListener("click", () => this.sort(column));
    head.append(button);
    return head;
  }

  /** Numbers from the largest first, text from A. */
  sort(column) {
    const again = this.sorted.column === column;
    this.sorted = { column, down: again ? !this.sorted.down : Boolean(column.style) };
    this.heads.forEach((head, i) =>
      head.setAttribute(
        "aria-sort",
        this.columns[i] !== column ? "none" : this.sorted.down ? "descending" : "ascending",
      ),
    );
    this.select();
  }

  textOf(row) {
    return this.columns
      .map((column) => (column.text ? column.text(row) : csvField(row[column.key], " ")))
      .join(" ")
      .toLowerCase();
  }

  select() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    this.texts = this.texts || this.rows.map((row) => this.textOf(row));
    this.order = this.rows
      .map((_, i) => i)
      .filter((i) => words.every((word) => this.texts[i].includes(word)));
    const { column, down } = this.sorted;
    if (column) {
      const value = (i) => (column.text ? column.text(this.rows[i]) : this.rows[i][column.key]);
      this.order.sort((a, b) => compared(value(a), value(b), down));
    }
    this.page = 0;
    this.show();
  }

  chosen() {
    return this.order.map((i) => this.rows[i]);
  }

  turn(by) {
    this.page += by;
    this.show();
  }

  show() {
    const first = this.page * this.pageSize;
    const shown = this.order.slice(first, first + this.pageSize);
    this.body.replaceChildren(...shown.map((i) => this.line(i)));
    const last = first + shown.length;
    this.status.textContent = shown.length
      ? `${fixed(first + 1, 0)} to ${fixed(last, 0)} of ${fixed(this.order.length, 0)}`
      : "nothing found";
    this.before.disabled = this.page === 0;
    this.after.disabled = last >= this.order.length;
  }

  line(i) {
    const row = this.rows[i];
    const path = `${this.path}/${i}`;
    return h(
      "tr",
      {},
      this.columns.map((column, c) =>
        h(
          c === 0 ? "th" : "td",
          { class: column.style ? "number" : "", scope: c === 0 ? "row" : null },
          this.cell(column, row, path),
        ),
      ),
    );
  }

  cell(column, row, path) {
    if (column.cell) return column.cell(row, path);
    const value = row[column.key];
    if (typeof value === "number") return num(`${path}/${pointerKey(column.key)}`, column.style);
    if (Array.isArray(value)) return label(value.join(" > "));
    return value === null || value === undefined ? "–" : label(formatted(value));
  }
}
