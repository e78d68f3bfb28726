// Package errs is the one error type that the domain speaks and that the edges turn into answers.
//
// An Error names what was wrong by a stable dotted code; its words stand in one table, in Chinese and
// English. It never carries the offending value: names, codes and phones must not reach a message or a log.
package errs

import (
	"errors"
	"maps"
	"strings"
)

// Kind says which class of answer an error becomes at the edge (HTTP status, exit code).
type Kind int

// The kinds, each with the HTTP status it becomes.
const (
	Internal        Kind = iota // 500: our fault; the words for outsiders say only that
	Invalid                     // 422: the input breaks a rule
	Unauthenticated             // 401: nobody is signed in
	Denied                      // 403: signed in, but not allowed
	NotFound                    // 404
	Conflict                    // 409: the state has moved on
	Gone                        // 410: used up or expired
	TooLarge                    // 413
	Limited                     // 429
	Unavailable                 // 503: a part we depend on does not answer
)

// Error is a refusal or a failure with a stable code.
type Error struct {
	Kind  Kind
	Code  string            // stable, dotted: "case.closed"
	Field string            // which input, where one is to blame: "applicant.code"
	Args  map[string]string // fills {name} in the words; never personal data
	Err   error             // the cause, for the log only
}

// New makes an error of a kind with a code that must stand in the table of words.
func New(kind Kind, code string) *Error { return &Error{Kind: kind, Code: code} }

// On returns a copy of e that blames the named field.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// With returns a copy of e with one more argument for its words. The value must not be personal.
func (e *Error) With(name, value string) *Error {
	c := *e
	c.Args = make(map[string]string, len(e.Args)+1)
	maps.Copy(c.Args, e.Args)
	c.Args[name] = value
	return &c
}

// Wrap returns a copy of e that remembers its cause for the log.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error gives the code and the cause; it is meant for logs. Outsiders read Text.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Field != "" {
		b.WriteString(" (" + e.Field + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same code, so that errors.Is works against package variables.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Of finds the Error in err's chain; anything else becomes an Internal one that keeps err as its cause.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Err: err}
}

// Code is the stable code of err, or "internal".
func Code(err error) string { return Of(err).Code }
