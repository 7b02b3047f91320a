// Reads GIFT files, exported by `seamark courses export`, with a parser that is not ours (gift-pegjs 1.0.2 of npm, MIT), and
// counts what it finds there: node tests/exports/check.cjs FILE …
const { readFileSync } = require("node:fs");
const { parse } = require("./gift-pegjs/pegjs-gift.js");

let wrong = 0;
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const wanted = (text.match(/^::/gm) ?? []).length;
  try {
    const found = parse(text).filter((question) => question.type !== "Category");
    const kinds = {};
    for (const question of found) {
      kinds[question.type] = (kinds[question.type] ?? 0) + 1;
      const options = question.choices ?? question.matchPairs ?? [];
      if (options.length < 3) throw new Error(`${question.title} has ${options.length} options`);
      if (question.type === "MC" && !question.choices.some((one) => one.isCorrect || one.weight > 0)) {
        throw new Error(`${question.title} has no right option`);
      }
    }
    if (found.length !== wanted) throw new Error(`${found.length} questions were found, and ${wanted} written`);
    console.log(`${file}: ${found.length} questions, ${JSON.stringify(kinds)}`);
  } catch (error) {
    wrong += 1;
    console.log(`${file}: ${error.location ? `line ${error.location.start.line}: ` : ""}${error.message}`);
  }
}
process.exit(wrong ? 1 : 0);
