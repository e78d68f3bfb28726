package ses

import "strconv"

// Code says which rule an Error is about.
type Code string

// The codes of errors of this package.
const (
	BadSeal      Code = "seal"      // a seal cannot be made or read
	BadSignature Code = "signature" // a SES_Signature cannot be read
	BadManifest  Code = "manifest"  // a Signature.xml or Signatures.xml cannot be read
	BadPackage   Code = "package"   // the package lacks what signing needs
	BadStamp     Code = "stamp"     // a stamp stands on no page or has no size
	Unsupported  Code = "version"   // the structure version is unknown, or differs between parts
	Closed       Code = "closed"    // the list of signatures is protected: no more can be added
	NotInSeal    Code = "signer"    // the signer's certificate is not in the seal
	Period       Code = "period"    // the time of signing is outside the seal's period
	SignerFailed Code = "signing"   // the signer gave no signature or one that does not verify
)

// Error is the only error type of this package. It holds no content of the
// document.
type Error struct {
	Code    Code
	Detail  string // English, what exactly is wrong
	Version int    // with Unsupported: the version found
	Err     error  // the cause, if any
}

// Error describes the error in English.
func (e *Error) Error() string {
	s := "ses: " + string(e.Code) + ": " + e.Detail
	if e.Code == Unsupported {
		s += " (version " + strconv.Itoa(e.Version) + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Code: c}) compare codes alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Detail == ""
}

func fault(code Code, detail string, cause error) *Error {
	return &Error{Code: code, Detail: detail, Err: cause}
}

func unsupported(version int) *Error {
	return &Error{Code: Unsupported, Detail: "structure version not supported", Version: version}
}
