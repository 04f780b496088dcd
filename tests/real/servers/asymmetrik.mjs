// Asymmetrik's FHIR server over one file of people, as a GP's and a council's STU3 server on 127.0.0.1.
// node asymmetrik.mjs FOLDER PORT PEOPLE: FOLDER holds node_modules; PEOPLE is a file of JSON that maps an
// NHS number to {patient, structured, documents, binaries, held}: the Patient, the searchset of the
// structured record, the DocumentReferences, the Binaries they lead to, and what a council holds.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { councilProfiles } from './council.mjs';

const [folder, port, people] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { ServerError, initialize, resolveSchema } = require('@asymmetrik/node-fhir-server-core');

const NHS = 'https://fhir.nhs.uk/Id/nhs-number';
const base = `http://127.0.0.1:${port}/3_0_1`;
const world = JSON.parse(readFileSync(people, 'utf8').replaceAll('{{base}}', base));
const everybody = Object.values(world);

function searchset(resources, included = []) {
  const entry = (mode) => (resource) => ({
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode },
  });
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: resources.length,
    entry: [...resources.map(entry('match')), ...included.map(entry('include'))],
  };
}

function notFound() {
  const issue = [{ severity: 'error', code: 'not-found', diagnostics: 'There is none of that id' }];
  return new ServerError('There is none of that id', { statusCode: 404, issue });
}

function numberIn({ resource }) {
  const named = resource?.parameter?.find(({ name }) => name === 'patientNHSNumber');
  return named?.valueIdentifier?.value;
}

const patient = {
  async search({ identifier = '' }) {
    const [system, number] = identifier.split('|');
    const person = system === NHS ? world[number] : undefined;
    return searchset(person ? [person.patient] : []);
  },
  async searchById({ id }) {
    return everybody.map((one) => one.patient).find((one) => one.id === id);
  },
  async structured(args) {
    const person = world[numberIn(args)];
    if (!person?.structured) throw notFound();
    return person.structured;
  },
  async documents({ id }) {
    const person = everybody.find((one) => one.patient.id === id);
    if (!person) throw notFound();
    return searchset(person.documents ?? [], [person.patient]);
  },
};

const documentReference = {
  async search({ patient: reference = '' }) {
    return patient.documents({ id: reference.replace(/^Patient\//, '') });
  },
};

const binary = {
  async searchById({ id }) {
    return everybody.flatMap((one) => one.binaries ?? []).find((one) => one.id === id);
  },
};

const versions = ['3_0_1'];
const operation = [
  { name: 'structured', route: '/$gpc.getstructuredrecord', method: 'POST' },
  { name: 'documents', route: '/:id/DocumentReference', method: 'GET' },
];
const { app } = initialize({
  logging: { level: 'error' },
  profiles: {
    Patient: { service: patient, versions, operation },
    DocumentReference: { service: documentReference, versions },
    Binary: { service: binary, versions },
    ...councilProfiles(everybody, base, resolveSchema),
  },
});
createServer(app).listen(Number(port), '127.0.0.1', () => console.log(`Listening on ${port}`));
