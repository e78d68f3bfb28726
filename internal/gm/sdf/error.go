package sdf

import (
	"errors"
	"fmt"
)

// What a caller may want to tell apart.
var (
	ErrPassword    = errors.New("sdf: the device refuses the key's password")
	ErrNoKey       = errors.New("sdf: the device has no such key")
	ErrLost        = errors.New("sdf: the device does not answer")
	ErrBusy        = errors.New("sdf: all sessions of the device are taken")
	ErrClosed      = errors.New("sdf: the device was closed")
	ErrUnsupported = errors.New("sdf: this program was built without devices")
)

// Error is a refusal by the device. It wraps the one of ErrPassword, ErrNoKey, ErrLost and ErrBusy that its code means,
// if any.
type Error struct {
	Call string // name of the function, such as SDF_InternalSign_ECC
	Code uint32 // SDR_…, GM/T 0018 annex A; above 0x01000100 a maker's own
}

// Error describes the error in English.
func (e *Error) Error() string { return fmt.Sprintf("%s answers 0x%08X", e.Call, e.Code) }

// Unwrap returns what the code means.
func (e *Error) Unwrap() error {
	switch e.Code {
	case codeNoAccess, codePassword:
		return ErrPassword
	case codeNoKey:
		return ErrNoKey
	case codeSession:
		return ErrBusy
	case codeComm, codeHard, codeDevice:
		return ErrLost
	}
	return nil
}

// Error codes of GM/T 0018 annex A.
const (
	codeComm     = 0x01000003 // SDR_COMMFAIL
	codeHard     = 0x01000004 // SDR_HARDFAIL
	codeDevice   = 0x01000005 // SDR_OPENDEVICE
	codeSession  = 0x01000006 // SDR_OPENSESSION
	codeNoAccess = 0x01000007 // SDR_PARDENY: no right to use the private key
	codeNoKey    = 0x01000008 // SDR_KEYNOTEXIST
	codePassword = 0x01000018 // SDR_PRKRERR: the right was refused
)

func check(call string, code int32) error {
	if code == 0 {
		return nil
	}
	return &Error{Call: call, Code: uint32(code)}
}
