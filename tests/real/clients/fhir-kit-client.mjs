// fhir-kit-client (Node) asks the broker as its readme says to; what it saw goes out as JSON.
// node fhir-kit-client.mjs FOLDER: FOLDER holds node_modules. Stdin: one JSON object with base, token,
// number, count and gone, the path of a page that is over.

import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';

const [folder] = process.argv.slice(2);
const { Client } = await import(pathToFileURL(`${folder}/node_modules/fhir-kit-client/dist/index.js`));
const given = JSON.parse(await text(process.stdin));
const client = new Client({ baseUrl: given.base, bearerToken: given.token });

const names = (bundle) => bundle.entry.map(({ resource }) => `${resource.resourceType}/${resource.id ?? ''}`);
const ofType = (bundle, kind) => bundle.entry.map(({ resource }) => resource).filter((one) => one.resourceType === kind);

async function everyPage(bundle) {
  const pages = [];
  for (let page = bundle; page; page = await client.nextPage({ bundle: page })) pages.push(page);
  return pages;
}

async function refused(asked) {
  try {
    await asked;
  } catch (error) {
    return `${error.name}: ${error.response.status} ${error.response.data.issue[0].code}`;
  }
  return '';
}

const searchParams = { identifier: `https://fhir.nhs.uk/Id/nhs-number|${given.number}` };
const found = await client.search({ resourceType: 'Patient', searchParams });
const byForm = await client.search({ resourceType: 'Patient', searchParams, options: { postSearch: true } });
const [{ id }] = ofType(found, 'Patient');
const everything = { name: 'everything', resourceType: 'Patient', id };
const input = { resourceType: 'Parameters', parameter: [{ name: '_count', valueInteger: given.count }] };
const pages = await everyPage(await client.operation({ ...everything, input }));
const searched = { resourceType: 'Observation', searchParams: { patient: id, _count: given.count } };
const observations = (await everyPage(await client.search(searched))).flatMap((page) => ofType(page, 'Observation'));
const part = { patient: id, status: 'final', date: 'ge2020', _sort: '-date' };
const narrowed = await client.search({ resourceType: 'Observation', searchParams: part });
const first = { patient: id, _id: observations[0].id };
const one = await client.search({ resourceType: 'Observation', searchParams: first });
const summary = await client.operation({ ...everything, name: 'summary' });

console.log(
  JSON.stringify({
    found: found.entry.map(({ resource }) => resource.resourceType),
    'found by form': names(byForm)[0] === `Patient/${id}`,
    read: (await client.resolve({ reference: `Patient/${id}` })).id,
    everything: names(await client.operation(everything)), // by POST unless told otherwise
    pages: pages.map(names),
    observations: observations.map((each) => each.id),
    one: ofType(one, 'Observation')[0].id,
    narrowed: ofType(narrowed, 'Observation').map((each) => each.id),
    metadata: (await client.capabilityStatement()).fhirVersion,
    summary: summary.type,
    gone: await refused(client.request(given.gone)),
    'item read': await refused(client.read({ resourceType: 'Observation', id: observations[0].id })),
    total: String(pages[0].total),
  }),
);
