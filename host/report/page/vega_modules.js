// Vega's files are CommonJS modules; this is their loader, and what Vega's main module does.
const vegaModules = (function () {
  "use strict";
  const sources = {};
  const loaded = {};

  function define(name, source) {
    sources[name] = source;
  }

  function require(name) {
    // The file of vega-selections is called vega-selection.
    const key = sources[name] ? name : name.replace(/s$/, "");
    if (!loaded[key]) {
      const module = { exports: {} };
      loaded[key] = module;
      sources[key].call(globalThis, module.exports, module, require);
    }
    return loaded[key].exports;
  }

  /** Everything of Vega that the charts use. */
  function vega() {
    const { transforms } = require("vega-dataflow");
    for (const each of ["vega-transforms", "vega-view-transforms", "vega-encode"]) {
      Object.assign(transforms, require(each));
    }
    return {
      View: require("vega-view").View,
      parse: require("vega-parser").parse,
      expressionInterpreter: require("vega-interpreter").expressionInterpreter,
    };
  }
  return { define, vega };
})();
