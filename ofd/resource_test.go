package ofd_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

func TestResources(t *testing.T) {
	t.Parallel()
	got, err := foreign(t, "", []byte("font")).Resources()
	if err != nil {
		t.Fatal(err)
	}
	want := []ofd.Resource{
		{ID: "1", Kind: "Font", Name: "x", Path: "Doc_0/Res/f.ttf"},
		{ID: "9", Kind: "DrawParam"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d resources, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("resource %d = %+v, want %+v", i, got[i], want[i])
		}
	}
}

// A part that is named but not there, or that leaves the package, costs only itself.
func TestResourcesOfDamagedParts(t *testing.T) {
	t.Parallel()
	p := foreign(t, "", nil)
	document := `<Document><CommonData><PublicRes>gone.xml</PublicRes><PublicRes>../../x.xml</PublicRes><DocumentRes>R.xml</DocumentRes></CommonData>` +
		`<Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`
	resources := `<Res><Fonts><Font ID="1" FontName="SimSun"/></Fonts><MultiMedias><MultiMedia ID="2" Type="Image" Format="PNG"><MediaFile>gone.png</MediaFile></MultiMedia></MultiMedias></Res>`
	for name, text := range map[string]string{"Doc_0/Document.xml": document, "Doc_0/R.xml": resources} {
		if err := p.Put(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := p.Resources()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Name != "SimSun" || got[0].Path != "" || got[1].Type != "Image" || got[1].Path != "" {
		t.Errorf("resources = %+v", got)
	}
}
