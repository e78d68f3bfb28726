// Package verify gives one verdict on a license file, offline: whether its
// seals are genuine, whether it is whole, and whom it goes back to.
//
// It reports every fault it finds, in the order of GB/T 38540's verification
// flow, each with a stable code and a sentence a clerk understands. It never
// stops at the first fault and never fails: bytes that are no OFD file give a
// Report too.
//
// Three verdicts are possible. "valid": intact, and every certificate goes
// back to the trust anchors given. "untrusted": intact, but whom it comes
// from cannot be shown with the anchors at hand. "invalid": changed,
// incomplete or used outside its limits. A valid file is not a license in
// force: suspension and revocation are the issuer's to tell. A valid annotated
// copy (加注件) is good for the purpose that Report.Copy names.
//
// Whom to trust is the caller's choice: Options takes the roots, the lists of
// revoked certificates and of withdrawn seals. Everything in the file must
// stand under a signature, and the last one must protect the list of them:
// Report.Coverage tells what does.
//
// Of a seal whose key was stolen (RevokedSeal.Burned) only that is believed
// which shows that it is older than the theft; what must be shown, and what of
// it the file alone can show, stands at Logged.
package verify
