package verify_test

import (
	"bytes"
	"strings"
	"testing"
)

// The parts of the rich license that attacks are about.
const (
	page1    = "Doc_0/Pages/Page_1/Content.xml"
	template = "Doc_0/Tpls/Tpl_0/Content.xml"
	document = "Doc_0/Document.xml"
	payload  = "Doc_0/Attachs/license.json"
	notes    = "Doc_0/Annots/Page_0/Annotation.xml"
	index    = "Doc_0/Tags/Tag_License.xml"
)

// like finds the first entry with this beginning and end.
func (l *loose) like(t testing.TB, begin, end string) string {
	t.Helper()
	for _, n := range l.names {
		if strings.HasPrefix(n, begin) && strings.HasSuffix(n, end) {
			return n
		}
	}
	t.Fatalf("no entry %s…%s", begin, end)
	return ""
}

// documentAttacks are on the XML of the document.
func documentAttacks() []attack {
	rewrite := func(name, target, old, with string, want ...string) attack {
		return part(name, func(t testing.TB, _ *world, l *loose) { l.replace(t, target, old, with) }, want...)
	}
	const laughs = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	deep := strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000)
	wide := strings.Repeat("<ofd:a/>", 250_000)
	return []attack{
		rewrite("entities that swell", "OFD.xml", "<ofd:OFD", laughs+"<ofd:OFD", "FORMAT_OFD/entity", "FORMAT_SES/list"),
		rewrite("an entity that reads a file", document, "<ofd:Document", `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><ofd:Document`,
			append([]string{"FORMAT_OFD/entity"}, changed(document)...)...),
		rewrite("a page of bottomless elements", page0, "<ofd:Content>", "<ofd:Content>"+deep, append([]string{"FORMAT_OFD/limit"}, changed(page0)...)...),
		rewrite("a page of countless elements", page0, "<ofd:Content>", "<ofd:Content>"+wide, append([]string{"FORMAT_OFD/limit"}, changed(page0)...)...),
		rewrite("a page that is no XML", page0, "<ofd:Content>", "<ofd:Content><", append([]string{"FORMAT_OFD/document"}, changed(page0)...)...),
		rewrite("a second document", "OFD.xml", "</ofd:DocBody>", "</ofd:DocBody><ofd:DocBody/>", "FORMAT_SES/list"),
		rewrite("the document moved to other parts", "OFD.xml", document, "Doc_1/Document.xml",
			append([]string{"FORMAT_OFD/missing"}, changed("OFD.xml")...)...),
		rewrite("a document outside the package", "OFD.xml", ">"+document, ">../../"+document,
			append([]string{"FORMAT_OFD/name"}, changed("OFD.xml")...)...),
		rewrite("metadata of another license", "OFD.xml", ">JY1<", ">JY2<", changed("OFD.xml")...),
		rewrite("fewer seals declared", "OFD.xml", `Name="YX_QZSL">2<`, `Name="YX_QZSL">1<`, append(changed("OFD.xml"), "COVERAGE/more")...),
		rewrite("another list of seals", "OFD.xml", list, "Doc_0/Signs/Other.xml", "NO_SEAL"),
	}
}

// partAttacks change, add and take away what is shown.
func partAttacks() []attack {
	edit := func(name, target, old, with string) attack {
		return part(name, func(t testing.TB, _ *world, l *loose) { l.replace(t, target, old, with) }, changed(target)...)
	}
	add := func(name, target, content string) attack {
		return part(name, func(_ testing.TB, _ *world, l *loose) { l.put(target, []byte(content)) }, "COVERAGE/file "+target)
	}
	return []attack{
		edit("a character of the page", page0, "JY1", "JY2"),
		edit("a character of the second page", page1, "续页", "尾页"),
		edit("the blank face", template, "食品经营许可证", "药品经营许可证"),
		edit("the data in the attachment", payload, "JY1", "JY2"),
		edit("a note above the page", notes, "测试", "有效"),
		edit("the data index pointed elsewhere", index, "</", " </"),
		part("a page added", func(t testing.TB, _ *world, l *loose) {
			l.put("Doc_0/Pages/Page_2/Content.xml", l.files[page1])
			l.replace(t, document, "</ofd:Pages>", `<ofd:Page ID="990" BaseLoc="Pages/Page_2/Content.xml"/></ofd:Pages>`)
		}, append(changed(document), "COVERAGE/file Doc_0/Pages/Page_2/Content.xml")...),
		part("a page taken out", func(t testing.TB, _ *world, l *loose) {
			at := bytes.LastIndex(l.files[document], []byte("<ofd:Page "))
			end := at + bytes.IndexByte(l.files[document][at:], '>') + 1
			l.put(document, append(bytes.Clone(l.files[document][:at]), l.files[document][end:]...))
			l.remove(page1)
		}, append([]string{"REF_MISSING s001 /" + page1, "REF_MISSING s003 /" + page1}, changed(document)...)...),
		part("pages exchanged", func(_ testing.TB, _ *world, l *loose) {
			l.files[page0], l.files[page1] = l.files[page1], l.files[page0]
		}, "REF_DIGEST s001 "+page0, "REF_DIGEST s001 "+page1, "REF_DIGEST s003 "+page0, "REF_DIGEST s003 "+page1),
		part("a font whose glyphs say something else", func(t testing.TB, _ *world, l *loose) {
			name := l.like(t, "Doc_0/Res/", ".ttf")
			l.files[name] = append(bytes.Clone(l.files[name]), 0)
		}, changed("Doc_0/Res/font_0.ttf")...),
		part("another photo", func(t testing.TB, _ *world, l *loose) {
			name := l.like(t, "Doc_0/Res/", ".png")
			l.files[name] = append(bytes.Clone(l.files[name]), 0)
		}, changed("Doc_0/Res/image_0.png")...),
		part("a page without its part", func(_ testing.TB, _ *world, l *loose) { l.remove(page1) },
			"FORMAT_OFD/missing", "REF_MISSING s001 /"+page1, "REF_MISSING s003 /"+page1),
		part("an attachment added and listed", func(t testing.TB, _ *world, l *loose) {
			l.put("Doc_0/Attachs/more.json", []byte("{}"))
			l.replace(t, "Doc_0/Attachs/Attachments.xml", "</ofd:Attachments>", `<ofd:Attachment ID="a9" Name="more.json" Format="json">`+
				`<ofd:FileLoc>/Doc_0/Attachs/more.json</ofd:FileLoc></ofd:Attachment></ofd:Attachments>`)
		}, append(changed("Doc_0/Attachs/Attachments.xml"), "COVERAGE/file Doc_0/Attachs/more.json")...),
		add("a part that nothing names", "Doc_0/Extra.xml", "<x/>"),
		add("a part whose name folds to the list's", "Doc_0/Signs/Signature\u017f.xml", "<x/>"),
		add("a part whose name looks like a page's", "Doc_0/Pages/Pa\u0261e_0/Content.xml", "<x/>"),
		add("a part with a full-width name", "\uff2f\uff26\uff24.xml", "<x/>"),
		add("a part with a name written right to left", "Doc_0/\u202elmx.tnetnoC", "<x/>"),
	}
}
