// What the document asks for.

const reports = {
  "narrows.rank/1": rankReport,
  "narrows.exposure/1": exposureReport,
  "narrows.shock/1": shockReport,
  "narrows.trend/1": trendReport,
};
document.body.append(tip);
reports[doc.schema]();
fitCharts(true);
