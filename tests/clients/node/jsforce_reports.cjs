// What a Node program does with jsforce's report calls. The tests judge what comes back.
'use strict';

const jsforce = require('jsforce');

function connect({ url, token }) {
  return new jsforce.Connection({ instanceUrl: url, accessToken: token, version: '62.0' });
}

const OPENED = '開封済み';
const EVERYTHING = {
  scope: 'organization',
  standardDateFilter: { column: 'DUE_DATE', durationValue: 'CUSTOM', startDate: null, endDate: null },
  standardFilters: [{ name: 'type', value: 't' }, { name: 'closed', value: 'all' }],
};

async function fill(conn) {
  const person = await conn.sobject('Contact').create({ LastName: '田中', FirstName: '花子' });
  const days = ['2026-03-01', '2026-03-07', '2026-03-08'];
  const tasks = days.map((ActivityDate) => ({ Subject: `${OPENED}: 春`, ActivityDate, WhoId: person.id }));
  await conn.sobject('Task').create([...tasks, { Subject: 'Call', WhoId: person.id }]);
}

function create(conn, reportMetadata) {
  return conn.requestPost('/services/data/v62.0/analytics/reports', { reportMetadata });
}

async function made(given) {
  const conn = connect(given);
  await fill(conn);
  const { reportMetadata } = await create(conn, {
    ...EVERYTHING,
    name: 'Opens by week',
    reportFormat: 'SUMMARY',
    reportType: { type: 'ContactActivity' },
    detailColumns: ['SUBJECT', 'FIRST_NAME', 'LAST_NAME'],
    groupingsDown: [{ name: 'DUE_DATE', dateGranularity: 'Week', sortOrder: 'Asc' }],
    reportFilters: [{ column: 'SUBJECT', operator: 'startsWith', value: OPENED }],
  });
  return { conn, report: conn.analytics.report(reportMetadata.id) };
}

async function life(given) {
  const { conn, report } = await made(given);
  const described = await report.describe();
  const short = await report.execute();
  const full = await report.execute({ details: true });
  const other = await report.execute({
    details: true,
    metadata: { reportMetadata: { ...described.reportMetadata, reportFilters: [] } },
  });
  const copied = await report.clone('Copy');
  const listed = await conn.analytics.reports();
  const explained = await report.explain();
  const gone = await conn.analytics.report(copied.reportMetadata.id).destroy();
  const left = await conn.analytics.reports();
  const queried = await conn.query('SELECT Id, Name, FolderName, DeveloperName FROM Report');
  return {
    id: report.id,
    name: described.reportMetadata.name,
    columns: Object.keys(described.reportExtendedMetadata.detailColumnInfo),
    categories: described.reportTypeMetadata.categories.length,
    short: Object.values(short.factMap).map((fact) => [fact.aggregates[0].value, 'rows' in fact]),
    groups: full.groupingsDown.groupings.map(({ key, label, value }) => [key, label, value]),
    rows: full.factMap['0!T'].rows.map((row) => row.dataCells.map((cell) => cell.label)),
    other: other.factMap['T!T'].aggregates[0].value,
    copied: copied.reportMetadata.name,
    listed: listed.map((each) => each.name),
    explained: explained.plans.length,
    gone: gone ?? null,
    left: left.map((each) => each.name),
    queried: queried.records.map(({ Name, FolderName, DeveloperName }) => [Name, FolderName, DeveloperName]),
    dashboards: await conn.analytics.dashboards(),
  };
}

async function background(given) {
  const { report } = await made(given);
  const started = await report.executeAsync({ details: true });
  const changed = await report.executeAsync({ metadata: { reportMetadata: { reportFilters: [] } } });
  const instances = await report.instances();
  const result = await report.instance(started.id).retrieve();
  return {
    started: started.status,
    ids: [changed.id, started.id],
    listed: instances.map((each) => [each.id, each.status]),
    status: result.attributes.status,
    total: result.factMap['T!T'].aggregates[0].value,
    rows: result.factMap['0!T'].rows.length,
  };
}

async function sample(given) {
  const conn = connect(given);
  const { reportMetadata } = await create(conn, {
    ...EVERYTHING,
    name: 'Everything',
    reportType: { type: given.type },
    detailColumns: ['ACTIVITY_ID', 'SUBJECT'],
  });
  const run = await conn.analytics.report(reportMetadata.id).execute({ details: true });
  return run.factMap['T!T'].rows.map((row) => row.dataCells[0].value);
}

module.exports = {
  background,
  life,
  sample,
  missing: (given) => connect(given).analytics.report('00O000000000001AAA').execute(),
  wrong: (given) => create(connect(given), { name: 'X', reportType: { type: 'ContactActivity' }, detailColumns: ['NOPE'] }),
};
