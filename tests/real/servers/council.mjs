// A council's part of an STU3 server: one search by patient for each type that a social care service has, but
// ReferralRequest, which Asymmetrik's STU3 lacks.
// What is held goes through the server's own STU3 classes; pages are of at most `PAGE`, with a `next` link.

const PAGE = 20;

// Where each type names its person.
const KINDS = {
  CarePlan: 'subject',
  Device: 'patient',
  EpisodeOfCare: 'patient',
  Flag: 'subject',
  RelatedPerson: 'patient',
  Task: 'for',
};

function page(found, base, kind, query) {
  const size = Math.min(Number(query._count) || PAGE, PAGE);
  const number = Number(query.page) || 0;
  const next = `${base}/${kind}?${new URLSearchParams({ ...query, page: number + 1 })}`;
  const entry = found.slice(number * size, (number + 1) * size).map((resource) => ({
    fullUrl: `${base}/${kind}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  const link = (number + 1) * size < found.length ? [{ relation: 'next', url: next }] : [];
  return { resourceType: 'Bundle', type: 'searchset', total: found.length, link, entry };
}

function service(kind, held, base, resolveSchema) {
  const Model = resolveSchema('3_0_1', kind);
  return {
    async search({ patient = '' }, { req }) {
      const reference = `Patient/${patient.replace(/^Patient\//, '')}`;
      const found = held.filter((one) => one[KINDS[kind]].reference === reference);
      return page(found.map((one) => new Model(one).toJSON()), base, kind, req.query);
    },
  };
}

export function councilProfiles(everybody, base, resolveSchema) {
  const held = everybody.flatMap((one) => one.held ?? []);
  const profile = (kind) => ({
    service: service(kind, held.filter((one) => one.resourceType === kind), base, resolveSchema),
    versions: ['3_0_1'],
  });
  return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, profile(kind)]));
}
