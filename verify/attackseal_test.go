package verify_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/verify"
)

const (
	first  = `<ofd:Signature ID="s001" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml"/>`
	second = `<ofd:Signature ID="s003" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_1/Signature.xml"/>`
)

// sealAttacks take seals away, add them, move them and exchange them.
func sealAttacks() []attack {
	return []attack{
		part("the last seal stripped", func(t testing.TB, _ *world, l *loose) {
			l.stripLast()
			l.replace(t, list, second, "")
		}, "SEAL_MISSING", "LIST_OPEN"),
		part("the first seal stripped", func(t testing.TB, _ *world, l *loose) { l.replace(t, list, first, "") },
			"REF_DIGEST s003 "+list, "SEAL_MISSING"),
		part("every seal stripped", func(_ testing.TB, _ *world, l *loose) { l.remove(list) }, "NO_SEAL"),
		part("a list without seals", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, list, first, "")
			l.replace(t, list, second, "")
		}, "NO_SEAL"),
		part("a list that cannot be read", func(_ testing.TB, _ *world, l *loose) { l.put(list, []byte("<Signatures")) }, "FORMAT_SES/list"),
		part("entities in the list", func(_ testing.TB, _ *world, l *loose) {
			l.put(list, []byte(`<!DOCTYPE x [<!ENTITY a "b">]><Signatures>&a;</Signatures>`))
		}, "FORMAT_SES/list"),
		part("the last seal stripped, the first listed twice", func(t testing.TB, _ *world, l *loose) {
			l.stripLast()
			l.replace(t, list, "Sign_1", "Sign_0")
		}, "FORMAT_SES/repeated s003", "LIST_OPEN"),
		part("the last seal stripped, the first copied in its place", func(_ testing.TB, _ *world, l *loose) {
			for _, f := range []string{"/Signature.xml", "/SignedValue.dat", "/Seal.esl"} {
				l.put(sign1+f, l.files[sign0+f])
			}
		}, "FORMAT_SES/repeated s003", "PROPERTY s003", "COVERAGE/file "+sign1+"/Seal.esl", "COVERAGE/file "+sign1+"/SignedValue.dat", "LIST_OPEN"),
		part("a hundred signatures listed", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, list, second, second+strings.Repeat(second, 100))
		}, append(append([]string{"FORMAT_SES/many"}, repeated(62)...), append(repeatedRefs(63), "COVERAGE/more")...)...),
		part("another kind of signature", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, list, `ID="s003" Type="Seal"`, `ID="s003" Type="Wax"`)
		}, "FORMAT_SES/type s003", "REF_DIGEST s003 "+list, "COVERAGE/file "+sign1+"/SignedValue.dat"),
		part("a seal called a signature without seal", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, list, `ID="s003" Type="Seal"`, `ID="s003" Type="Sign"`)
		}, "FORMAT_SES/structure s003", "REF_DIGEST s003 "+list, "SEAL_MISSING"),
		part("a stamp moved", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, sign1+"/Signature.xml", `Boundary="120 200`, `Boundary="20 20`)
		}, "DATA_HASH s003"),
		part("a stamp made larger", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, sign1+"/Signature.xml", `40 40"`, `190 190"`)
		}, "DATA_HASH s003"),
		part("a stamp taken off the page", func(_ testing.TB, _ *world, l *loose) {
			xml := l.files[sign1+"/Signature.xml"]
			at := bytes.Index(xml, []byte("<ofd:StampAnnot"))
			l.put(sign1+"/Signature.xml", append(bytes.Clone(xml[:at]), xml[at+bytes.IndexByte(xml[at:], '>')+1:]...))
		}, "DATA_HASH s003"),
		part("a stamp on another page", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, sign1+"/Signature.xml", `PageRef="`, `PageRef="9`)
		}, "DATA_HASH s003", "STAMP_PAGE s003"),
		part("seals exchanged between signatures", func(_ testing.TB, _ *world, l *loose) {
			l.files[sign0+"/Seal.esl"], l.files[sign1+"/Seal.esl"] = l.files[sign1+"/Seal.esl"], l.files[sign0+"/Seal.esl"]
		}, "REF_DIGEST s001 "+sign0+"/Seal.esl", "REF_DIGEST s003 "+sign0+"/Seal.esl", "REF_DIGEST s003 "+sign1+"/Seal.esl", "SEAL_FILE s001", "SEAL_FILE s003"),
		part("another seal beside the signature", func(_ testing.TB, w *world, l *loose) { l.put(sign1+"/Seal.esl", w.seals["a"]) },
			"REF_DIGEST s003 "+sign1+"/Seal.esl", "SEAL_FILE s003"),
		part("the seal beside the signature taken away", func(_ testing.TB, _ *world, l *loose) { l.remove(sign1 + "/Seal.esl") },
			"REF_MISSING s003 /"+sign1+"/Seal.esl", "SEAL_FILE/missing s003"),
		part("signature values exchanged", func(_ testing.TB, _ *world, l *loose) {
			l.files[sign0+"/SignedValue.dat"], l.files[sign1+"/SignedValue.dat"] = l.files[sign1+"/SignedValue.dat"], l.files[sign0+"/SignedValue.dat"]
		}, "DATA_HASH s001", "DATA_HASH s003", "PROPERTY s001", "PROPERTY s003", "REF_DIGEST s003 "+sign0+"/SignedValue.dat", "SEAL_FILE s001", "SEAL_FILE s003"),
		part("the signature of another license", func(t testing.TB, w *world, l *loose) {
			p := rich(t, 2)
			w.sign(t, p, "b", nil)
			w.sign(t, p, "b", closing)
			for _, f := range []string{"/Signature.xml", "/SignedValue.dat", "/Seal.esl"} {
				data, _ := p.Entry(sign1 + f)
				l.put(sign1+f, data)
			}
		}, "REF_DIGEST s003 "+sign0+"/Seal.esl", "REF_DIGEST s003 "+sign0+"/Signature.xml", "REF_DIGEST s003 "+sign0+"/SignedValue.dat"),
		part("the order of signatures turned", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, list, first+second, second+first)
		}, "REF_DIGEST s003 "+list),
		part("what a seal protects rewritten", func(t testing.TB, _ *world, l *loose) {
			l.replace(t, sign1+"/Signature.xml", "<ofd:SignedInfo>", "<ofd:SignedInfo> ")
		}, "DATA_HASH s003"),
		part("what a seal protects unreadable", func(_ testing.TB, _ *world, l *loose) { l.put(sign1+"/Signature.xml", []byte("<a>")) },
			"FORMAT_SES/manifest s003", "COVERAGE/file "+sign1+"/Seal.esl", "COVERAGE/file "+sign1+"/Signature.xml",
			"COVERAGE/file "+sign1+"/SignedValue.dat", "LIST_OPEN"),
		part("the signature's data taken away", func(_ testing.TB, _ *world, l *loose) { l.remove(sign1 + "/SignedValue.dat") },
			"FORMAT_SES/missing s003"),
		{"a seal after the closing one", func(t testing.TB, w *world) ([]byte, verify.Options) {
			l := takeApart(w.whole(t))
			l.replace(t, list, second, second+strings.ReplaceAll(strings.Replace(second, "s003", "s005", 1), "Sign_1", "Sign_2"))
			for _, f := range []string{"/Signature.xml", "/SignedValue.dat", "/Seal.esl"} {
				l.put("Doc_0/Signs/Sign_2"+f, l.files[sign1+f])
			}
			return l.zip(t), w.options(t)
		}, verify.Invalid, []string{"FORMAT_SES/repeated s005", "PROPERTY s005", "REF_DIGEST s003 " + list, "REF_DIGEST s005 " + list,
			"COVERAGE/file Doc_0/Signs/Sign_2/SignedValue.dat", "COVERAGE/file Doc_0/Signs/Sign_2/Seal.esl", "COVERAGE/more"}},
		{"a seal more than declared", func(t testing.TB, w *world) ([]byte, verify.Options) {
			p := rich(t, 1)
			w.sign(t, p, "a", nil)
			w.sign(t, p, "b", closing)
			return raw(t, p), w.options(t)
		}, verify.Invalid, []string{"COVERAGE/more"}},
		{"a seal that was never set", func(t testing.TB, w *world) ([]byte, verify.Options) {
			p := rich(t, 3)
			w.sign(t, p, "a", nil)
			w.sign(t, p, "b", closing)
			return raw(t, p), w.options(t)
		}, verify.Invalid, []string{"SEAL_MISSING"}},
		{"no seal at all", func(t testing.TB, w *world) ([]byte, verify.Options) { return raw(t, rich(t, 1)), w.options(t) },
			verify.Invalid, []string{"NO_SEAL"}},
	}
}

// stripLast takes the files of the last seal away.
func (l *loose) stripLast() {
	for _, f := range []string{"/Signature.xml", "/SignedValue.dat", "/Seal.esl"} {
		l.remove(sign1 + f)
	}
}

func repeated(n int) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat("FORMAT_SES/repeated s003\n", n), "\n"), "\n")
}

func repeatedRefs(n int) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat("REF_DIGEST s003 "+list+"\n", n), "\n"), "\n")
}
