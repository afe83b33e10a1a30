# cmake -DVEGA=folder -DPAGE=host/report/page -DOUT=file.cpp -P bundle_report_page.cmake
#
# Writes the page of `--report` as a C++ source: template.html with the style, the scripts, their
# hashes for the content security policy, and Vega's modules. Without VEGA the page is empty.

# The modules of Vega that the charts need: each after those that it requires.
set(modules util time format loader canvas expression event-selector statistics dataflow scale
    scenegraph selection functions runtime parser encode transforms view-transforms view
    interpreter)
# The scripts of the page, in their order.
set(scripts text.js dom.js table.js chart_theme.js charts.js flow_chart.js sections.js rank.js
    rank_flow.js exposure.js shock.js shock_why.js trend.js page.js)

# The SHA-256 of `text` in base64.
function(base64_sha256 text result)
    set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
    string(SHA256 hex "${text}")
    set(base64 "")
    foreach(at RANGE 0 60 6)
        string(SUBSTRING "${hex}0000" ${at} 6 part)
        foreach(shift 18 12 6 0)
            math(EXPR digit "(0x${part} >> ${shift}) & 63")
            string(SUBSTRING ${digits} ${digit} 1 digit)
            string(APPEND base64 ${digit})
        endforeach()
    endforeach()
    # 32 bytes are 43 digits and one to fill up.
    string(SUBSTRING "${base64}" 0 43 base64)
    set(${result} "${base64}=" PARENT_SCOPE)
endfunction()

set(page "")
if(VEGA)
    file(READ ${PAGE}/vega_licence.txt licence)
    file(READ ${PAGE}/vega_modules.js charts)
    set(charts "/*!\n${licence}*/\n${charts}")
    foreach(module IN LISTS modules)
        file(READ ${VEGA}/vega-${module}.min.js source)
        string(REGEX REPLACE "//# sourceMappingURL=[^\n]*\n?" "" source "${source}")
        string(REPLACE "@module@" "vega-${module}" head
               "vegaModules.define(\"@module@\", function (exports, module, require) {\n")
        string(APPEND charts "${head}${source}\n});\n")
    endforeach()
    set(program "(function () {\n\"use strict\";\n")
    foreach(script IN LISTS scripts)
        file(READ ${PAGE}/${script} source)
        string(APPEND program "${source}\n")
    endforeach()
    string(APPEND program "})();\n")
    base64_sha256("${charts}" charts_hash)
    base64_sha256("${program}" program_hash)
    file(READ ${PAGE}/template.html page)
    file(READ ${PAGE}/page.css style)
    string(REPLACE "<!--style-->" "${style}" page "${page}")
    string(REPLACE "<!--hashes-->" "'sha256-${charts_hash}' 'sha256-${program_hash}'"
           page "${page}")
    string(REPLACE "<!--charts-->" "${charts}" page "${page}")
    string(REPLACE "<!--program-->" "${program}" page "${page}")
endif()
file(WRITE ${OUT}.new "#include \"host/report/report_page.hpp\"\n
const std::string_view narrows::report_page = R\"narrows_page(${page})narrows_page\";\n")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
file(REMOVE ${OUT}.new)
