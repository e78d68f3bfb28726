import type { SameShape } from '@yinxin/shared'
import type { rulesZh } from './rules.zh'

export const rulesEn: SameShape<typeof rulesZh> = {
  title: 'Rules on using licenses',
  here: 'Rules that apply to this case',
  by: 'Rule: 榕政办〔2018〕214号, {article}',
  source:
    'Measures of Fuzhou City on Using Electronic Licenses throughout Administrative Approval (for trial implementation), 榕政办〔2018〕214号, issued on 15 October 2018.',
  note: 'Only the articles that pages cite are shown, in our translation. The Chinese text as published is binding.',
  a3: {
    no: 'Article 3',
    short: 'Cases applied for with electronic licenses are accepted and verified first; an electronic license has the same force as paper.',
    text: 'The use of electronic licenses follows these principles: made and issued together with paper, accepted first, verified first, widely shared, secure and under control, lawful, and protecting rights.\nAn electronic license (with its electronic seals) that meets the law and was made as the security rules require has the same force as a paper one; it may serve as the legal basis for a service and as archive material.',
  },
  a7: {
    no: 'Article 7',
    short: 'The electronic license must be made, sealed by the issuer, reviewed and published before the case closes.',
    text: 'The issuing unit makes the electronic license as a necessary step of the approval, online by preference: it makes the license before the case closes, puts its electronic seal on it and, after review, publishes it to the license platform. Licenses made to national norms are excepted.',
  },
  a9: {
    no: 'Article 9',
    short: 'A license reported lost or expired may no longer be used.',
    text: 'The issuing unit (or one it authorises) marks an electronic license reported lost on the platform; it is no longer referenced, but its data are kept for checks.\nFor a license with a period of validity, the issuing unit (or one it authorises) must record that period. Once it has passed, the platform marks the license a historic version by itself, and it may no longer be referenced.',
  },
  a12: {
    no: 'Article 12',
    short: 'Use only the licenses this matter needs, of the parties to this case; nothing beyond your duty.',
    text: 'Staff of a using unit may query only the electronic license data that the matter in hand needs, and that belong to the particular party and the particular matter. The platform sets rights of query by technical means. A using unit may not use license data beyond the scope of its business, and may not disclose or leak them.',
  },
  a15: {
    no: 'Article 15',
    short: 'What the store holds must not be asked for on paper; what cannot be fetched may be handed in on paper.',
    text: 'Every electronic license in the license store is to be named in the service guide. Using units must use it in their approvals and services, and may no longer ask the applicant for the paper.\nWhere an electronic license cannot be fetched because its data are incomplete or late, people are to be allowed to hand in paper, for their convenience.',
  },
  a17: {
    no: 'Article 17',
    short: 'Objections to license data go to the issuer; a holder may refuse a second demand for paper.',
    text: 'A holder or a using unit that objects to the data of an electronic license raises it with the issuing unit, which checks or corrects it promptly.\nA holder whose electronic license a using unit does not accept, or who is asked for the paper again, has the right to refuse to hand in paper.',
  },
  a18: {
    no: 'Article 18',
    short: 'Every access is logged, kept for at least 10 years and shown to the issuer.',
    text: 'The digital office of the city, with its technical supporters, strengthens the security of the platform so that license data are secure and under control; logs of access to license data are kept for at least 10 years, and issuing units are shown how using units use their licenses.',
  },
  a20: {
    no: 'Article 20',
    short: 'Asking for paper again, refusing electronic licenses, using them for other ends or leaking them has consequences.',
    text: 'Whoever, against the rules, asks an applicant again for the paper of a license the platform holds; does not accept a case handed in with electronic licenses or does not recognise them; uses electronic licenses for other ends than the business requires; or discloses or leaks their data without permission, is dealt with under the law and rules; where it is a crime, criminal liability is pursued.',
  },
}
