// What a Node program does with jsforce. The tests judge what comes back.
'use strict';

const { once } = require('node:events');
const jsforce = require('jsforce');

const KEY = 'Tandem_Key__c';

function connect({ url, token }) {
  const callOptions = { client: 'tandem-tests' };
  const conn = new jsforce.Connection({ instanceUrl: url, accessToken: token, version: '62.0', callOptions });
  conn.bulk2.pollInterval = 20;
  conn.bulk.pollInterval = 20;
  return conn;
}

const tasks = (count) =>
  Array.from({ length: count }, (_, at) => ({ Subject: `Task ${String(at).padStart(4, '0')}`, [KEY]: `k${at}` }));

async function records(given) {
  const conn = connect(given);
  const person = await conn.sobject('Contact').create({ LastName: '田中', Email: 'tanaka@example.com' });
  const made = await conn.sobject('Task').create({ Subject: 'Call', WhoId: person.id });
  const changed = await conn.sobject('Task').update({ Id: made.id, Status: 'Completed' });
  const read = await conn.sobject('Task').retrieve(made.id);
  const upserts = [];
  for (const Subject of ['One', 'Two']) {
    upserts.push((await conn.sobject('Task').upsert({ Subject, [KEY]: '1-call-7' }, KEY)).created);
  }
  const gone = await conn.sobject('Task').destroy(made.id);
  const found = await conn.sobject('Task').find({ [KEY]: '1-call-7' }, ['Id', 'Subject']);
  return { made, changed, closed: read.IsClosed, type: read.attributes.type, upserts, gone, found };
}

async function collections(given) {
  const conn = connect(given);
  const made = await conn.sobject('Task').create(tasks(450), { allowRecursive: true });
  const ids = made.map((each) => each.id);
  const some = ids.slice(0, 5);
  const changed = await conn.sobject('Task').update(some.map((Id) => ({ Id, Status: 'Completed' })));
  const read = await conn.sobject('Task').retrieve(some);
  const upserted = await conn.sobject('Task').upsert(
    [{ Subject: 'Changed', [KEY]: 'k0' }, { Subject: 'New', [KEY]: 'new' }], KEY,
  );
  const mixed = await conn.sobject('Task').create([{ Subject: 'Good' }, { Subject: 'Twice', [KEY]: 'k1' }]);
  const gone = await conn.sobject('Task').destroy(some);
  return {
    made: made.filter((each) => each.success).length,
    changed: changed.map((each) => each.success),
    closed: read.map((each) => each.IsClosed),
    upserted: upserted.map((each) => each.created),
    mixed: mixed.map((each) => each.success),
    code: mixed[1].errors[0].statusCode,
    gone: gone.map((each) => each.success),
  };
}

async function queries(given) {
  const conn = connect(given);
  await conn.sobject('Task').create(tasks(450), { allowRecursive: true });
  const soql = 'SELECT Id, Subject FROM Task ORDER BY Subject';
  const headers = { 'Sforce-Query-Options': 'batchSize=200' };
  const first = await conn.query(soql, { headers });
  const second = await conn.queryMore(first.nextRecordsUrl);
  const all = await conn.query(soql, { autoFetch: true, maxFetch: 1000, headers });
  const streamed = [];
  const query = conn.query(soql, { autoFetch: true, maxFetch: 300, headers });
  query.on('record', (record) => streamed.push(record.Subject));
  const ended = once(query, 'end');
  query.run();
  await ended;
  const found = await conn.sobject('Task').find({ Subject: { $like: 'Task 00%' } }).limit(7).execute();
  const counted = await conn.sobject('Task').count();
  return {
    first: [first.totalSize, first.done, first.records.length],
    second: second.records.length,
    all: all.records.length,
    streamed: streamed.length,
    found: found.length,
    counted,
  };
}

async function org(given) {
  const conn = connect(given);
  const described = await conn.sobject('Task').describe();
  const everything = await conn.describeGlobal();
  const limits = await conn.limits();
  const identity = await conn.identity();
  const who = await conn.query("SELECT Id, Who.Name, Who.Type FROM Task WHERE WhoId != null LIMIT 1");
  const person = await conn.query('SELECT Email FROM Contact WHERE Email != null LIMIT 1');
  const search = await conn.search(`FIND {${person.records[0].Email}} IN ALL FIELDS RETURNING Contact(Id, Email)`);
  return {
    fields: described.fields.map((field) => field.name),
    objects: everything.sobjects.map((each) => each.name),
    limit: limits.DailyApiRequests.Max,
    user: identity.user_id,
    org: identity.organization_id,
    urls: Object.keys(identity.urls),
    usage: conn.limitInfo.apiUsage,
    whoType: who.records[0].Who.Type,
    search: search.searchRecords.length,
    versions: (await conn.request('/services/data')).map((each) => each.version),
  };
}

async function changes(given) {
  const conn = connect(given);
  const [kept, gone] = await conn.sobject('Task').create([{ Subject: 'Kept' }, { Subject: 'Gone' }]);
  await conn.sobject('Task').destroy(gone.id);
  const start = new Date(Date.now() - 3600_000);
  const end = new Date(Date.now() + 3600_000);
  const updated = await conn.sobject('Task').updated(start, end);
  const deleted = await conn.sobject('Task').deleted(start, end);
  const scanned = await conn.query('SELECT Id, IsDeleted FROM Task', { scanAll: true });
  return {
    kept: kept.id,
    gone: gone.id,
    updated: updated.ids,
    deleted: deleted.deletedRecords.map((each) => each.id),
    scanned: scanned.records.length,
  };
}

async function bulk2(given) {
  const conn = connect(given);
  const loaded = await conn.bulk2.loadAndWaitForResults({
    object: 'Task', operation: 'insert', input: tasks(250), pollInterval: 20, pollTimeout: 20_000,
  });
  const upserted = await conn.bulk2.loadAndWaitForResults({
    object: 'Task', operation: 'upsert', externalIdFieldName: KEY, pollInterval: 20, pollTimeout: 20_000,
    input: [
      { Subject: 'Geändert', [KEY]: 'k0', ActivityDate: '2026-12-01' },
      { Subject: 'Bad', [KEY]: 'bad', ActivityDate: 'someday' },
    ],
  });
  const stream = await conn.bulk2.query('SELECT Id, Subject FROM Task', { pollInterval: 20 });
  const read = await stream.toArray();
  const gone = await conn.bulk2.loadAndWaitForResults({
    object: 'Task', operation: 'delete', input: read.slice(0, 10).map(({ Id }) => ({ Id })), pollInterval: 20,
  });
  return {
    loaded: loaded.successfulResults.length,
    id: loaded.successfulResults[0].sf__Id,
    upserted: upserted.successfulResults.map((each) => each.sf__Created),
    failed: upserted.failedResults.map((each) => each.sf__Error),
    unprocessed: upserted.unprocessedRecords.length,
    read: read.length,
    subjects: read.map((each) => each.Subject).filter((subject) => subject === 'Geändert'),
    gone: gone.successfulResults.length,
  };
}

async function bulk1(given) {
  const conn = connect(given);
  const loaded = await conn.bulk.load('Task', 'insert', tasks(5));
  const stream = await conn.bulk.query('SELECT Id, Subject FROM Task');
  const read = await stream.toArray();
  return {
    loaded: loaded.map((each) => each.success),
    read: read.map((each) => each.Subject).sort(),
  };
}

async function tooling(given) {
  const conn = connect(given);
  const made = await conn.tooling.sobject('CustomField').create({
    FullName: 'Activity.Tandem_Key__c',
    Metadata: { type: 'Text', label: 'Tandem key', length: 80, externalId: true, unique: true },
  });
  const found = await conn.tooling.query("SELECT Id FROM CustomField WHERE DeveloperName = 'Tandem_Key'");
  return { success: made.success, found: found.totalSize };
}

async function composite(given) {
  const conn = connect(given);
  const base = '/services/data/v62.0';
  const attributes = { type: 'Task' };
  const answer = await conn.requestPost(`${base}/composite`, {
    allOrNone: false,
    compositeRequest: [
      { method: 'POST', url: `${base}/sobjects/Contact`, referenceId: 'person', body: { LastName: 'Ito' } },
      {
        method: 'POST', url: `${base}/composite/sobjects`, referenceId: 'rows',
        body: { allOrNone: false, records: [{ attributes, Subject: 'A', WhoId: '@{person.id}' }] },
      },
      { method: 'GET', url: `${base}/query?q=SELECT+WhoId+FROM+Task`, referenceId: 'found' },
    ],
  });
  const [person, rows, found] = answer.compositeResponse;
  return {
    codes: answer.compositeResponse.map((each) => each.httpStatusCode),
    rows: rows.body.map((each) => each.success),
    same: found.body.records[0].WhoId === person.body.id,
  };
}

async function soapLogin({ url, username, password }) {
  const conn = new jsforce.Connection({ loginUrl: url, version: '62.0' });
  const user = await conn.login(username, password);
  const count = await conn.sobject('User').count();
  const { accessToken } = conn;
  await conn.logout();
  return { user, count, accessToken };
}

function oauth(given, extra = {}) {
  const { url, app, redirect } = given;
  const oauth2 = { loginUrl: url, clientId: app.id, clientSecret: app.secret, redirectUri: redirect, ...extra };
  return new jsforce.Connection({ oauth2, version: '62.0' });
}

async function authorizeUrl(given) {
  const conn = oauth(given, { useVerifier: true });
  const address = conn.oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 'xyz' });
  return { address, verifier: conn.oauth2.codeVerifier };
}

async function signIn(given) {
  const conn = oauth(given, { useVerifier: true });
  conn.oauth2.codeVerifier = given.verifier;
  const user = await conn.authorize(given.code);
  const before = conn.accessToken;
  const identity = await conn.identity();
  conn.accessToken = '00D000000000000!expired';
  const refreshed = once(conn, 'refresh');
  const count = await conn.sobject('User').count();
  await refreshed;
  const renewed = conn.accessToken !== before;
  await conn.logout(true);
  return { user: user.id, identity: identity.user_id, count, renewed };
}

async function credentials(given) {
  const conn = oauth(given);
  const user = await conn.authorize({ grant_type: 'client_credentials' });
  return { user: user.id, count: await conn.sobject('User').count() };
}

const asked = (soql) => (given) => connect(given).query(soql);

module.exports = {
  authorizeUrl,
  bulk1,
  bulk2,
  changes,
  collections,
  composite,
  credentials,
  org,
  queries,
  records,
  signIn,
  soapLogin,
  tooling,
  count: (given) => connect(given).sobject('Task').count(),
  malformed: asked('SELEC Id FROM Task'),
  unknownField: asked('SELECT Colour FROM Task'),
  unknownObject: asked('SELECT Id FROM Foo'),
  missing: (given) => connect(given).sobject('Task').retrieve('00T000000000001AAA'),
  wrongField: (given) => connect(given).sobject('Task').create({ Colour__c: 'red' }),
  limits: (given) => connect(given).limits(),
  create: (given) => connect(given).sobject('Task').create({ Subject: 'Landed' }),
  twins: (given) => connect(given).sobject('Lead').upsert({ LastName: 'Twin', Company: 'T', Email: 'twin@example.com' }, 'Email'),
};
