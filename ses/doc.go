// Package ses makes and reads electronic seals (电子印章) and electronic seal
// signatures (电子签章) after GB/T 38540-2020, structure version 4, and puts
// them into OFD packages (GB/T 33190).
//
// What it writes is DER, canonical and complete. What it reads it reads
// leniently where makers of seals differ, and always keeps the bytes received,
// so that the bytes verified are the bytes signed.
//
// The package answers whether a signature matches its bytes and its key. It
// does not decide whom to trust: chains, periods, revocation and the verdict
// on a file are the business of package verify.
package ses
