// narrows.shock
function shockReport() {}
