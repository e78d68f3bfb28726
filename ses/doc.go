// Package ses makes and reads electronic seals (电子印章) and electronic seal
// signatures (电子签章) and puts them into OFD packages (GB/T 33190).
//
// A maker (制章者) makes a seal with MakeSeal. Who may use it prepares it with
// NewSealer, once, and sets it on any number of documents with Sign, alone or
// with others in order. All keys stand behind Signer, which signs 32 bytes.
//
// Written is structure version 4, GB/T 38540-2020, as DER, canonical and
// complete. Read are also versions 1 to 3, GM/T 0031-2014, and 5,
// GM/T 0031-2025, leniently where makers of seals differ. The bytes received
// are always kept, so that the bytes verified are the bytes signed.
//
// The package answers whether a signature matches its bytes and its key. It
// does not decide whom to trust: chains, periods, revocation and the verdict
// on a file are the business of package verify.
package ses
