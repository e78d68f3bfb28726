package verify

import "testing"

func FuzzSignedData(f *testing.F) {
	f.Add([]byte{0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02})
	f.Fuzz(func(t *testing.T, der []byte) {
		data, err := parseSignedData(der)
		if (data == nil) == (err == nil) {
			t.Fatalf("data %v with error %v", data, err)
		}
		if err == nil {
			_ = data.verify(der)
		}
	})
}
