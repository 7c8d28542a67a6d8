// Stands in for tim.js in tests of the interface: a few records, the same contract, no index.
// It waits as long as the query says ("cham" first, then the rest), so that answers can overtake.
const fold = (text) => [...text].map((each) =>
  each.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase() || each).join("");
const series = ["Trường Mẫu", "Phối hợp với Công đoàn", "Công đoàn"];
const year = (period, status, label) => ({
  period, version: "", status, label, href: `don-vi/truong-mau/cong-doan/${period}/#giao-ban`,
});
const RECORDS = [
  {
    kind: "clause", unit: series[0], series: series[1], counterpart: series[2], sample: true, path: "mục II, khoản 3",
    title: "Khoản 3 mục II", text: "Công đoàn được mời dự các cuộc họp giao ban của lãnh đạo nhà trường.",
    years: [year("2025-2026", "current", "Đang trong kỳ"), year("2024-2025", "past", "Kỳ đã kết thúc"), year("2023-2024", "past", "Kỳ đã kết thúc")],
    facets: { type: "mam-non", unit: "truong-mau", counterpart: "union", status: "current" },
  },
  ...Array.from({ length: 45 }, (_, k) => ({
    kind: "clause", unit: `Trường Thử ${k + 1}`, series: "Phối hợp với Chi đoàn", counterpart: "Chi đoàn", sample: true,
    path: `khoản ${k + 1}`, title: `Khoản ${k + 1}`,
    text: `${"Nhà trường và đoàn thể cùng bàn việc chung của năm học trước khi quyết định. ".repeat(4)}Việc của công đoàn số ${k + 1}. <img src=x onerror=alert(1)>`,
    years: [year("2024-2025", "past", "Kỳ đã kết thúc")],
    facets: { type: "tieu-hoc", unit: `thu-${k + 1}`, counterpart: "youth-union", status: "past" },
  })),
  {
    kind: "unit", unit: "Trường Mẫu", series: "", counterpart: "", sample: true, path: "", title: "Trường Mẫu", text: "Trường mầm non",
    years: [{ period: "", version: "", status: "", label: "", href: "don-vi/truong-mau/" }],
    facets: { type: "mam-non", unit: "truong-mau" },
  },
];
const LABELS = { "mam-non": "Trường mầm non", "tieu-hoc": "Trường tiểu học", "truong-mau": "Trường Mẫu", union: "Công đoàn", "youth-union": "Đoàn thanh niên", current: "Đang trong kỳ", past: "Kỳ đã kết thúc" };

const marks = (text, words) => {
  const folded = fold(text);
  return words.flatMap((word) => [...folded.matchAll(new RegExp(`\\b${word}\\b`, "g"))].map((found) => [found.index, found.index + word.length]))
    .sort((x, y) => x[0] - y[0]);
};

const valuesOf = (each, key) =>
  (key === "period" ? each.years.map((one) => one.period) : [each.facets[key]]).filter(Boolean);

window.qcphSearch = {
  open: (base) => Promise.resolve(base),
  async search(query, { filters = {}, limit = 10, offset = 0 }) {
    if (query.startsWith("cham")) await new Promise((done) => setTimeout(done, 600));
    const words = fold(query.replace(/^cham/, "")).match(/[\p{L}\p{N}]+/gu) ?? [];
    const found = RECORDS.filter((each) => words.every((word) => fold(`${each.title} ${each.text} ${each.unit}`).includes(word)));
    const fits = (each, but) => Object.entries(filters).every(([key, values]) =>
      key === but || !values.length || valuesOf(each, key).some((value) => values.includes(value)));
    const facets = Object.fromEntries(["type", "unit", "counterpart", "period", "status"].map((key) => {
      const counts = new Map();
      for (const each of found) {
        if (!fits(each, key)) continue;
        for (const value of valuesOf(each, key)) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return [key, [...counts].map(([value, count]) => ({ value, label: LABELS[value] ?? value, count }))];
    }));
    const groups = found.filter((each) => fits(each)).map((each) => ({
      ...each, marks: { title: marks(each.title, words), text: marks(each.text, words) },
    }));
    return { total: groups.length, sure: true, groups: groups.slice(offset, offset + limit), facets, took: 1 };
  },
};
