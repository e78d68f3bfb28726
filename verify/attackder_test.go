package verify_test

import (
	"bytes"
	"encoding/asn1"
	"testing"
)

// structureAttacks are on the DER of the last seal's signature and of the seal in it.
func structureAttacks() []attack {
	value := func(name string, change func(testing.TB, []byte) []byte, want ...string) attack {
		return part(name, func(t testing.TB, _ *world, l *loose) {
			l.put(sign1+"/SignedValue.dat", change(t, bytes.Clone(l.files[sign1+"/SignedValue.dat"])))
		}, want...)
	}
	const unread = "FORMAT_SES/structure s003"
	return []attack{
		value("a signature of no bytes", func(testing.TB, []byte) []byte { return nil }, unread),
		value("a signature cut short", func(_ testing.TB, b []byte) []byte { return b[:100] }, unread),
		value("a signature cut by one byte", func(_ testing.TB, b []byte) []byte { return b[:len(b)-1] }, unread),
		value("a signature that claims gigabytes", func(_ testing.TB, b []byte) []byte {
			return append([]byte{0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF}, b[4:]...)
		}, unread),
		value("a signature of indefinite length", func(_ testing.TB, b []byte) []byte {
			return append(append([]byte{0x30, 0x80}, b[4:]...), 0, 0)
		}, unread),
		value("a signature nested without end", func(testing.TB, []byte) []byte {
			return bytes.Repeat([]byte{0x30, 0x80}, 100_000)
		}, unread),
		value("elements out of order", func(t testing.TB, b []byte) []byte {
			parts := split(t, b)
			parts[1], parts[2] = parts[2], parts[1]
			return join(t, parts...)
		}, unread),
		value("an element twice", func(t testing.TB, b []byte) []byte {
			parts := split(t, b)
			return join(t, append(parts, parts[1])...)
		}, unread),
		value("an element left out", func(t testing.TB, b []byte) []byte { return join(t, split(t, b)[:3]...) }, unread),
		value("what is signed out of order", func(t testing.TB, b []byte) []byte {
			parts := split(t, b)
			inner := split(t, parts[0])
			inner[2], inner[3] = inner[3], inner[2]
			parts[0] = join(t, inner...)
			return join(t, parts...)
		}, unread),
		value("a seal out of order", func(t testing.TB, b []byte) []byte {
			parts := split(t, b)
			inner := split(t, parts[0])
			seal := split(t, inner[1])
			info := split(t, seal[0])
			info[2], info[3] = info[3], info[2]
			seal[0] = join(t, info...)
			inner[1] = join(t, seal...)
			parts[0] = join(t, inner...)
			return join(t, parts...)
		}, "SEAL_FORMAT/structure s003"),
		value("the time of signing changed", func(t testing.TB, b []byte) []byte {
			return bytes.Replace(b, []byte("20260302093000Z"), []byte("20260301093000Z"), 1)
		}, "SIGN_VALUE s003"),
		value("a signature value of another", func(_ testing.TB, b []byte) []byte { b[len(b)-1] ^= 1; return b }, "SIGN_VALUE s003"),
		value("a signature value of zeros", func(t testing.TB, b []byte) []byte {
			zero, err := asn1.Marshal(struct{ R, S int }{})
			if err != nil {
				t.Fatal(err)
			}
			parts := split(t, b)
			parts[3] = marshal(t, bits(zero))
			return join(t, parts...)
		}, "SIGN_VALUE s003"),
		value("a signature value of half an octet", func(t testing.TB, b []byte) []byte {
			parts := split(t, b)
			parts[3] = bytes.Clone(parts[3])
			parts[3][2] = 4
			return join(t, parts...)
		}, unread),
		value("a time that is none", func(_ testing.TB, b []byte) []byte {
			return bytes.Replace(b, []byte("20260302093000Z"), []byte("20269902093000Z"), 1)
		}, unread),
	}
}

// split takes the elements of a SEQUENCE apart, join makes one of them.
func split(t testing.TB, der []byte) [][]byte {
	t.Helper()
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		t.Fatal(err)
	}
	var parts [][]byte
	for rest := outer.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, one.FullBytes)
	}
	return parts
}

func join(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	return marshal(t, asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: bytes.Join(parts, nil)})
}
