// narrows.trend
function trendReport() {}
