// Package tsp makes, asks for and reads time stamps (时间戳) with SM3 and SM2:
// RFC 3161 and GB/T 20520.
//
// A time stamp is the word of an authority (TSA, 时间戳机构) that some bytes
// existed at a time. Over the signature value of an electronic seal it proves
// when the document was sealed, so that a certificate that is revoked later
// does not take the document with it (GB/T 38540-2020 clause 7).
//
// An [Authority] makes them in this process or for others by HTTP, a [Client]
// asks another's authority; the method Stamp of either is what
// ses.SignRequest.Timestamp takes. Whether an authority is to be trusted is
// the business of package verify, or of the certificates given to the Client.
package tsp
