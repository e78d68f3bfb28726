/** What an open case lets be seen of a party: which licenses there are, and relations to other parties. */
export const dossierEn = {
  dossier: {
    title: 'Dossier of a party',
    lead: 'Only licenses that this matter uses: what there is, state and dates, and nothing that stands on them. Each look is on record, and the party sees it.',
    look: 'Look at the dossier: {party}',
    party: { applicant: 'applicant', representative: 'legal representative or guardian', spouse: 'spouse', child: 'child' },
    count: '{n} license | {n} licenses',
    none: 'None of this type.',
    issued: 'issued {on}',
    until: 'until {on}',
    noEnd: 'no end',
    version: 'version {n}',
    joint: 'held together with {who}',
    others: '{n} more holder | {n} more holders',
    between: 'Relations to other parties',
    noBetween: 'No relation to another party of this case has been entered.',
    actsFor: 'may act for the {other} ({kind})',
    actedBy: 'the {other} may act for them ({kind})',
    kind: { agent: 'agent', representative: 'legal representative', guardian: 'guardian', care: 'care' },
    proof: { license: 'proved by a license', clerk: 'checked at a counter' },
    unknown: 'The platform knows only relations that were entered and those who hold a license together. Shareholders, other family and other cases are not here.',
  },
}
