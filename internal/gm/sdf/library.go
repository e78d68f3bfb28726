package sdf

// library holds the functions of GM/T 0018 clause 6 that are needed, and no others. Handles are opaque.
type library struct {
	openDevice    func(device *uintptr) int32
	closeDevice   func(device uintptr) int32
	openSession   func(device uintptr, session *uintptr) int32
	closeSession  func(session uintptr) int32
	random        func(session uintptr, length uint32, out *byte) int32
	accessRight   func(session uintptr, index uint32, password *byte, length uint32) int32
	signPublicKey func(session uintptr, index uint32, key *refPublicKey) int32
	internalSign  func(session uintptr, index uint32, data *byte, length uint32, signature *refSignature) int32
}

// refMax is ECCref_MAX_LEN: numbers of 256 bits stand at the end of 64 bytes.
const refMax = 64

// refPublicKey is ECCrefPublicKey, GM/T 0018 clause 5.5.
type refPublicKey struct {
	Bits uint32
	X, Y [refMax]byte
}

// refSignature is ECCSignature, GM/T 0018 clause 5.7.
type refSignature struct {
	R, S [refMax]byte
}

func (l *library) symbols() map[string]any {
	return map[string]any{
		"SDF_OpenDevice":               &l.openDevice,
		"SDF_CloseDevice":              &l.closeDevice,
		"SDF_OpenSession":              &l.openSession,
		"SDF_CloseSession":             &l.closeSession,
		"SDF_GenerateRandom":           &l.random,
		"SDF_GetPrivateKeyAccessRight": &l.accessRight,
		"SDF_ExportSignPublicKey_ECC":  &l.signPublicKey,
		"SDF_InternalSign_ECC":         &l.internalSign,
	}
}
