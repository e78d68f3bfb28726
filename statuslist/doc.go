// Package statuslist makes and reads status lists (状态列表): one small number
// for each of many licenses, packed, signed and published as one text that
// anybody can fetch, keep and ask offline, so that nobody learns which license
// is asked for. It is the Token Status List of IETF
// draft-ietf-oauth-status-list (drafts 17 to 21) in its JSON and JWT form.
//
// A List holds the numbers, a Token is a list with the address it stands
// under, the time it speaks for and the time until which it may be believed.
// Sign makes the compact JWT, Open judges it against trust anchors.
//
// Two things differ from what the draft's examples show. The signature is SM2
// with SM3 (GB/T 32918), as the law asks for here; JOSE has registered no name
// for it, so that the header's alg "SM2" is a name of ours. And a token
// without exp is refused, for it would be believed for ever. The draft's
// extended key usage for those who sign lists has no number yet: who may sign
// is therefore told by the anchors alone, which should be trusted for lists
// and for nothing else.
package statuslist
