// Runs scenarios one after the other: a line of JSON in, a line of JSON out.
// The clients log to the console, which must not mix with the answers.
'use strict';

const path = require('node:path');
const readline = require('node:readline');

for (const name of ['log', 'info', 'debug']) console[name] = (...words) => console.error(...words);

function membersOf(error) {
  const members = { name: error.name, message: error.message };
  for (const [name, value] of Object.entries(error)) {
    if (typeof value !== 'function') members[name] = value;
  }
  return members;
}

async function answerTo(line) {
  const { module, scenario, given } = JSON.parse(line);
  try {
    const scenarios = require(path.join(__dirname, `${module}.cjs`));
    return { result: (await scenarios[scenario](given)) ?? null };
  } catch (error) {
    return { error: membersOf(error) };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answerTo(line))}\n`);
  }
}

main();
