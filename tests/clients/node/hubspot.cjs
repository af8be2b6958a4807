// What a Node program does with @hubspot/api-client. The tests judge what comes back.
'use strict';

const { Client } = require('@hubspot/api-client');

const DUE = '2026-12-01T09:00:00Z';
const TASK_TO_CONTACT = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 204 }];

function client({ url, token, retries }) {
  const options = { accessToken: token, basePath: url };
  return new Client(retries ? { ...options, numberOfApiCallRetries: retries } : options);
}

async function records(given) {
  const hubspot = client(given);
  const seen = {};
  const bodies = { tasks: 'hs_task_body', notes: 'hs_note_body', calls: 'hs_call_body' };
  for (const [kind, body] of Object.entries(bodies)) {
    const api = hubspot.crm.objects[kind].basicApi;
    const made = await api.create({
      properties: { hs_timestamp: DUE, [body]: '<p>こんにちは</p>' },
      associations: [],
    });
    const changed = await api.update(made.id, { properties: { [body]: 'Changed' } });
    const read = await api.getById(made.id, [body, 'hs_timestamp']);
    await api.archive(made.id);
    const archived = await api.getPage(10, undefined, undefined, undefined, undefined, true);
    seen[kind] = {
      made: made.properties[body],
      changed: changed.properties[body],
      read: read.properties[body],
      createdAt: made.createdAt instanceof Date,
      archived: archived.results.map((each) => each.id === made.id),
    };
  }
  return seen;
}

async function pages(given) {
  const hubspot = client(given);
  const first = await hubspot.crm.objects.tasks.basicApi.getPage(
    2, undefined, ['hs_task_subject'], undefined, ['contacts'],
  );
  const calls = [];
  let after;
  do {
    const page = await hubspot.crm.objects.calls.basicApi.getPage(
      30, after, ['hs_call_title'], undefined, ['contacts', 'companies'],
    );
    calls.push(...page.results);
    after = page.paging?.next?.after;
  } while (after);
  const everyone = await hubspot.crm.contacts.getAll(100);
  return {
    first: first.results.length,
    after: first.paging.next.after,
    calls: new Set(calls.map((each) => each.id)).size,
    types: calls.flatMap((each) => each.associations?.contacts?.results ?? []).map((each) => each.type),
    contacts: everyone.length,
  };
}

async function batches(given) {
  const api = client(given).crm.objects.tasks.batchApi;
  const rows = Array.from({ length: 100 }, (_, at) => ({
    properties: { hs_timestamp: DUE, hs_task_subject: `Task ${at}` },
    associations: [],
  }));
  const made = await api.create({ inputs: rows });
  const ids = made.results.map((each) => each.id);
  const changed = await api.update({
    inputs: ids.map((id) => ({ id, properties: { hs_task_status: 'COMPLETED' } })),
  });
  const read = await api.read({
    properties: ['hs_task_subject', 'hs_task_is_completed'],
    propertiesWithHistory: [],
    inputs: [...ids.slice(0, 3), '999'].map((id) => ({ id })),
  });
  await api.archive({ inputs: ids.map((id) => ({ id })) });
  const left = await client(given).crm.objects.tasks.basicApi.getPage();
  return {
    made: made.results.length,
    changed: changed.results.length,
    read: read.results.map((each) => each.properties.hs_task_subject),
    missing: read.numErrors,
    left: left.results.length,
  };
}

async function upsert(given) {
  const hubspot = client(given);
  await hubspot.crm.properties.coreApi.create('tasks', {
    name: 'tandem_key',
    label: 'Tandem key',
    groupName: 'task_information',
    type: 'string',
    fieldType: 'text',
    hasUniqueValue: true,
  });
  const news = [];
  for (const subject of ['One', 'Two']) {
    const properties = { hs_timestamp: DUE, hs_task_subject: subject };
    const inputs = [{ id: 'key-1', idProperty: 'tandem_key', properties }];
    const answer = await hubspot.crm.objects.tasks.batchApi.upsert({ inputs });
    news.push(answer.results[0]._new);
  }
  return news;
}

async function search(given) {
  const api = client(given).crm.objects.tasks.searchApi;
  const closed = { propertyName: 'hs_task_status', operator: 'EQ', value: 'COMPLETED' };
  const wanted = { filterGroups: [{ filters: [closed] }], properties: ['hs_lastmodifieddate'], limit: 5 };
  const bySorts = [];
  const byObject = [{ propertyName: 'hs_lastmodifieddate', direction: 'DESCENDING' }];
  for (const sorts of [['-hs_lastmodifieddate'], byObject]) {
    const page = await api.doSearch({ ...wanted, sorts });
    bySorts.push(page.results.map((each) => each.properties.hs_lastmodifieddate));
  }
  const next = await api.doSearch({ ...wanted, sorts: byObject, after: 5 });
  return { bySorts, total: next.total, next: next.results.length };
}

async function associations(given) {
  const hubspot = client(given);
  const people = [];
  for (const name of ['a', 'b', 'c']) {
    const properties = { email: `${name}@example.com` };
    people.push((await hubspot.crm.contacts.basicApi.create({ properties, associations: [] })).id);
  }
  const task = await hubspot.crm.objects.tasks.basicApi.create({
    properties: { hs_timestamp: DUE },
    associations: [{ to: { id: people[0] }, types: TASK_TO_CONTACT }],
  });
  const { basicApi, batchApi } = hubspot.crm.associations.v4;
  await basicApi.create('tasks', task.id, 'contacts', people[1], TASK_TO_CONTACT);
  await batchApi.createDefault('tasks', 'contacts', {
    inputs: [{ _from: { id: task.id }, to: { id: people[2] } }],
  });
  const page = await basicApi.getPage('tasks', task.id, 'contacts', undefined, 500);
  const read = await batchApi.getPage('tasks', 'contacts', { inputs: [{ id: task.id }] });
  await basicApi.archive('tasks', task.id, 'contacts', people[0]);
  const left = await basicApi.getPage('tasks', task.id, 'contacts');
  const ids = (answer) => answer.map((each) => String(each.toObjectId));
  return {
    people,
    page: ids(page.results),
    read: ids(read.results[0].to),
    typeId: read.results[0].to[0].associationTypes[0].typeId,
    left: ids(left.results),
  };
}

async function account(given) {
  const hubspot = client(given);
  const owners = await hubspot.crm.owners.ownersApi.getPage(undefined, undefined, 3);
  const everyone = (await hubspot.crm.owners.ownersApi.getPage(undefined, undefined, 100)).results;
  const properties = await hubspot.crm.properties.coreApi.getAll('tasks');
  const pipelines = await hubspot.crm.pipelines.pipelinesApi.getAll('tasks');
  const raw = await hubspot.apiRequest({ method: 'GET', path: '/account-info/v3/details' });
  const forms = await hubspot.marketing.forms.formsApi.getPage();
  const events = await hubspot.marketing.events.basicApi.getAll();
  const files = await hubspot.files.filesApi.doSearch();
  return {
    owners: owners.results.length,
    everyone: everyone.length,
    properties: properties.results.map((each) => each.name),
    closed: pipelines.results[0].stages
      .filter((stage) => stage.metadata.isClosed === 'true')
      .map((stage) => stage.label),
    permissions: pipelines.results[0].stages.map((stage) => stage.writePermissions),
    portalId: (await raw.json()).portalId,
    forms: forms.results.length,
    events: events.results.length,
    files: files.results.length,
  };
}

async function signIn({ url, app, code, redirect }) {
  const tokens = client({ url }).oauth.tokensApi;
  const { id, secret } = app;
  const first = await tokens.create('authorization_code', code, redirect, id, secret);
  const second = await tokens.create(
    'refresh_token', undefined, undefined, id, secret, first.refreshToken,
  );
  const facts = await client({ url }).oauth.accessTokensApi.get(second.accessToken);
  const page = await client({ url, token: second.accessToken }).crm.contacts.basicApi.getPage(1);
  return { lives: second.expiresIn, hubId: facts.hubId, read: page.results.length };
}

const api = (given) => client(given).crm.objects.tasks.basicApi;

module.exports = {
  account,
  associations,
  batches,
  pages,
  records,
  search,
  signIn,
  upsert,
  readMissing: (given) => api(given).getById('1'),
  createWrong: (given) =>
    api(given).create({ properties: { hs_timestamp: DUE, hs_task_colour: 'red' }, associations: [] }),
  createContact: (given) =>
    client(given).crm.contacts.basicApi.create({ properties: { email: 'p@example.com' }, associations: [] }),
  list: async (given) => (await api(given).getPage(3)).results.length,
  create: async (given) =>
    (await api(given).create({ properties: { hs_timestamp: DUE }, associations: [] })).id,
};
