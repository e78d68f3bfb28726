package verify

// Code names what a cause is about. Codes are stable.
type Code string

// The codes, in the order in which they are reported: the verification flow of
// GB/T 38540-2020, preceded by the package itself and followed by coverage.
const (
	FormatOFD       Code = "FORMAT_OFD"         // not a readable OFD package
	NoSeal          Code = "NO_SEAL"            // no signature at all
	FormatSES       Code = "FORMAT_SES"         // a signature's structure cannot be read
	SealFormat      Code = "SEAL_FORMAT"        // the seal in it cannot be read or understood
	SealSignature   Code = "SEAL_SIGNATURE"     // the maker's signature on the seal
	SealMakerCert   Code = "SEAL_MAKER_CERT"    // the maker's certificate
	SealPeriod      Code = "SEAL_PERIOD"        // signed outside the seal's period
	SealRevoked     Code = "SEAL_REVOKED"       // the seal was withdrawn
	SignValue       Code = "SIGN_VALUE"         // the signer's signature
	SignerNotInSeal Code = "SIGNER_NOT_IN_SEAL" // the signer may not use the seal
	SignerCert      Code = "SIGNER_CERT"        // the signer's certificate
	DataHash        Code = "DATA_HASH"          // the signature is of another Signature.xml
	Property        Code = "PROPERTY"           // the signature names another Signature.xml
	RefMissing      Code = "REF_MISSING"        // a protected file is gone
	RefDigest       Code = "REF_DIGEST"         // a protected file was changed
	CheckMethod     Code = "CHECK_METHOD"       // the digest method is weak or unknown
	SealFile        Code = "SEAL_FILE"          // Seal.esl is not the seal that signed
	Timestamp       Code = "TIMESTAMP"          // the time of signing
	CoverageGap     Code = "COVERAGE"           // something stands outside all signatures
	SealMissing     Code = "SEAL_MISSING"       // fewer seals than the file declares
	ListOpen        Code = "LIST_OPEN"          // no signature protects the list of seals
	StampPage       Code = "STAMP_PAGE"         // a stamp stands on an unknown page
	CopyExpired     Code = "COPY_EXPIRED"       // an annotated copy after its last day
	CopyUse         Code = "COPY_USE"           // an annotated copy for another use than the one asked about
)

// Codes lists every code in the order of reports.
func Codes() []Code {
	return []Code{
		FormatOFD, NoSeal, FormatSES, SealFormat, SealSignature, SealMakerCert, SealPeriod, SealRevoked,
		SignValue, SignerNotInSeal, SignerCert, DataHash, Property, RefMissing, RefDigest, CheckMethod,
		SealFile, Timestamp, CoverageGap, SealMissing, ListOpen, StampPage, CopyExpired, CopyUse,
	}
}

type phrase struct {
	level  Level
	zh, en string
}

type key struct {
	code   Code
	reason string
}

// wording finds the sentence of a cause. A missing sentence is a fault of this
// package that a test finds; until then the cause weighs the most.
func wording(code Code, reason string) phrase {
	if p, ok := phrases()[key{code, reason}]; ok {
		return p
	}
	return phrase{LevelInvalid, "核验未通过（" + string(code) + "）。", "The check failed (" + string(code) + ")."}
}
