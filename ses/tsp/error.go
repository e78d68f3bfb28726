package tsp

// Code says what an Error is about.
type Code string

// The codes of errors of this package.
const (
	BadToken     Code = "token"     // a token cannot be read
	BadSignature Code = "signature" // a token's signature does not verify under its certificate
	BadAuthority Code = "authority" // a certificate is not one of an authority, or of one that is not accepted
	OtherRequest Code = "request"   // a token answers something else than was asked
	Refused      Code = "refused"   // the authority gave no token
	Unreachable  Code = "transport" // the authority gave no answer
	SignerFailed Code = "signing"   // the authority's own key gave no signature
)

// Error is the only error type of this package.
type Error struct {
	Code   Code
	Detail string // English, what exactly is wrong
	Err    error  // the cause, if any
}

// Error describes the error in English.
func (e *Error) Error() string {
	s := "tsp: " + string(e.Code) + ": " + e.Detail
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
