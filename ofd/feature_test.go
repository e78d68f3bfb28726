package ofd_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"

	"github.com/yinxin-org/yinxin/ofd"
)

// sheet is a page by another hand with one of everything that our own pages do
// not use, in a grid of 20 mm.
const sheet = `
<PathObject ID="10" Boundary="2 2 16 16" LineWidth="1.5" Cap="Round" DashPattern="3 3" DashOffset="1"><StrokeColor Value="200 0 0"/><AbbreviatedData>M 0 2 L 16 2 L 16 14 L 2 14</AbbreviatedData></PathObject>
<PathObject ID="11" Boundary="20 0 20 20" Fill="true" Stroke="false" Rule="Even-Odd"><FillColor Value="0 90 0"/><AbbreviatedData>M 10 1 L 16 18 L 1 7 L 19 7 L 4 18 C</AbbreviatedData></PathObject>
<PathObject ID="12" Boundary="40 0 20 20" Fill="true" Stroke="false"><FillColor Value="0 90 0"/><AbbreviatedData>M 10 1 L 16 18 L 1 7 L 19 7 L 4 18 C</AbbreviatedData></PathObject>
<PathObject ID="13" Boundary="60 0 20 20" Fill="true" Stroke="false">
 <Clips><Clip><Area><Path Boundary="2 2 16 16"><AbbreviatedData>M 16 8 A 8 8 0 0 1 0 8 A 8 8 0 0 1 16 8 C</AbbreviatedData></Path></Area></Clip>
 <Clip><Area><Path Boundary="0 0 20 20"><AbbreviatedData>M 0 0 L 20 0 L 20 10 L 0 10 C</AbbreviatedData></Path></Area></Clip></Clips>
 <FillColor Value="0 0 160"/><AbbreviatedData>M 0 0 L 20 0 L 20 20 L 0 20 C</AbbreviatedData></PathObject>
<PathObject ID="14" Boundary="80 0 20 20" Fill="true" Stroke="false"><FillColor><AxialShd StartPoint="2 0" EndPoint="18 0" Extend="3"><Segment Position="0"><Color Value="255 0 0"/></Segment><Segment Position="0.5"><Color Value="255 255 0"/></Segment><Segment Position="1"><Color Value="0 0 255"/></Segment></AxialShd></FillColor><AbbreviatedData>M 1 1 L 19 1 L 19 19 L 1 19 C</AbbreviatedData></PathObject>
<PathObject ID="15" Boundary="100 0 20 20" Fill="true" Stroke="false"><FillColor><RadialShd StartPoint="10 10" StartRadius="0" EndPoint="10 10" EndRadius="9" Extend="0"><Segment><Color Value="255 255 255"/></Segment><Segment><Color Value="160 0 80"/></Segment></RadialShd></FillColor><AbbreviatedData>M 0 0 L 20 0 L 20 20 L 0 20 C</AbbreviatedData></PathObject>
<PathObject ID="16" Boundary="0 20 20 20" Fill="true" Stroke="true" LineWidth="0.3"><FillColor><Pattern Width="4" Height="4" XStep="5" YStep="5"><CellContent><PathObject ID="17" Boundary="0 0 4 4" Fill="true" Stroke="false"><FillColor Value="0 120 120"/><AbbreviatedData>M 2 0 L 4 2 L 2 4 L 0 2 C</AbbreviatedData></PathObject></CellContent></Pattern></FillColor><AbbreviatedData>M 19 10 A 9 9 0 0 1 1 10 A 9 9 0 0 1 19 10 C</AbbreviatedData></PathObject>
<CompositeObject ID="18" Boundary="20 20 20 20" ResourceID="50" CTM="1 0 0 1 0 0"/>
<CompositeObject ID="19" Boundary="40 20 20 20" ResourceID="50" CTM="0.5 0 0 0.5 5 5" Alpha="120"/>
<PathObject ID="20" Boundary="60 20 20 20" LineWidth="3" Join="Miter" MiterLimit="10"><AbbreviatedData>M 3 4 L 10 4 L 4 12</AbbreviatedData></PathObject>
<PathObject ID="21" Boundary="66 26 20 20" LineWidth="3" Join="Round" Cap="Round"><AbbreviatedData>M 3 4 L 10 4 L 4 12</AbbreviatedData></PathObject>
<PathObject ID="22" Boundary="80 20 20 20" LineWidth="3" Join="Bevel" Cap="Square"><AbbreviatedData>M 3 4 L 12 4 L 4 12</AbbreviatedData></PathObject>
<TextObject ID="23" Boundary="100 20 20 20" Font="1" Size="6" HScale="0.5"><TextCode X="1" Y="7" DeltaX="3 3">国国国</TextCode></TextObject>
<TextObject ID="24" Boundary="100 30 20 10" Font="1" Size="6" CharDirection="90"><TextCode X="2" Y="2" DeltaX="8">国口</TextCode></TextObject>
<TextObject ID="25" Boundary="0 40 20 20" Font="7" Size="6" Italic="true" Weight="700"><TextCode X="1" Y="8">AB国</TextCode></TextObject>
<TextObject ID="26" Boundary="20 40 20 20" Font="7" Size="4" ReadDirection="90"><TextCode X="8" Y="5">甲乙丙</TextCode></TextObject>
<TextObject ID="27" Boundary="40 40 20 20" Font="7" Size="8" Fill="false" Stroke="true" LineWidth="0.2"><StrokeColor Value="180 0 0"/><TextCode X="2" Y="10">国</TextCode></TextObject>
<TextObject ID="28" Boundary="60 40 20 20" Font="7" Size="9"><FillColor><AxialShd StartPoint="0 0" EndPoint="18 0" Extend="3"><Segment><Color Value="255 0 0"/></Segment><Segment><Color Value="0 0 255"/></Segment></AxialShd></FillColor><TextCode X="1" Y="11">国家</TextCode></TextObject>
<ImageObject ID="29" Boundary="82 42 16 16" CTM="16 0 0 16 0 0" ResourceID="60"/>
<ImageObject ID="30" Boundary="102 42 16 8" CTM="16 0 0 16 0 0" ResourceID="61"/>
<ImageObject ID="31" Boundary="2 62 16 16" CTM="12 4 -4 12 4 0" ResourceID="61" Alpha="128"/>
<PathObject ID="32" Boundary="20 60 20 20" Fill="true" Stroke="false" DrawParam="41"><AbbreviatedData>M 2 2 L 18 2 L 18 18 L 2 18 C</AbbreviatedData></PathObject>
<PathObject ID="33" Boundary="40 60 20 20" Fill="true" Stroke="false"><FillColor ColorSpace="70" Index="1"/><AbbreviatedData>M 2 2 L 18 2 L 18 18 L 2 18 C</AbbreviatedData></PathObject>
<PathObject ID="34" Boundary="60 60 20 20" Fill="true" Stroke="false"><FillColor><AxialShd MapType="Reflect" MapUnit="4" StartPoint="0 0" EndPoint="16 0" Extend="3"><Segment><Color Value="0 0 0"/></Segment><Segment><Color Value="255 255 255"/></Segment></AxialShd></FillColor><AbbreviatedData>M 2 2 L 18 2 L 18 18 L 2 18 C</AbbreviatedData></PathObject>
<ImageObject ID="35" Boundary="82 62 16 16" CTM="16 0 0 16 0 0" ResourceID="62"/>
<ImageObject ID="36" Boundary="82 62 16 16" CTM="16 0 0 16 0 0" ResourceID="99"/>
<PathObject ID="37" Boundary="80 60 20 20" Fill="true" Stroke="false"><FillColor><GouraudShd><Point X="0" Y="0"><Color Value="200 200 0"/></Point><Point X="9" Y="0"><Color Value="100 100 0"/></Point></GouraudShd></FillColor><AbbreviatedData>M 2 2 L 18 2 L 18 18 L 2 18 C</AbbreviatedData></PathObject>
<VideoObject ID="38" Boundary="0 0 1 1"/>
<TextObject ID="39" Boundary="100 60 20 20" Font="7" Size="6"><TextCode X="1" Y="8">&#x10FFFD;</TextCode></TextObject>
`

const sheetRes = `<Res BaseLoc="Res">
<ColorSpaces><ColorSpace ID="70" Type="RGB"><Palette><CV>0 0 0</CV><CV>0 160 200</CV></Palette></ColorSpace></ColorSpaces>
<Fonts><Font ID="1" FontName="x"><FontFile>f.ttf</FontFile></Font><Font ID="7" FontName="SimSun"/></Fonts>
<DrawParams><DrawParam ID="40"><FillColor Value="230 120 0"/></DrawParam><DrawParam ID="41" Relative="40" LineWidth="2"/></DrawParams>
<MultiMedias><MultiMedia ID="60" Type="Image"><MediaFile>a.bmp</MediaFile></MultiMedia><MultiMedia ID="61" Type="Image"><MediaFile>a.gif</MediaFile></MultiMedia><MultiMedia ID="62" Type="Image"><MediaFile>a.tif</MediaFile></MultiMedia></MultiMedias>
<CompositeGraphicUnits><CompositeGraphicUnit ID="50" Width="20" Height="20"><Content>
<PathObject ID="51" Boundary="2 2 16 16" Fill="true" LineWidth="1"><StrokeColor Value="120 60 0"/><FillColor Value="255 230 180"/><AbbreviatedData>M 0 0 L 16 0 L 8 14 C</AbbreviatedData></PathObject>
<TextObject ID="52" Boundary="6 2 10 10" Font="1" Size="5"><TextCode X="1" Y="6">国</TextCode></TextObject>
</Content></CompositeGraphicUnit></CompositeGraphicUnits></Res>`

func sheetFiles(t testing.TB) []file {
	t.Helper()
	checks := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.RGBA{0, 100, 60, 255}})
	for i := range checks.Pix {
		checks.Pix[i] = uint8(i+i/8) % 2
	}
	var b, g bytes.Buffer
	if err := bmp.Encode(&b, checks); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&g, checks, nil); err != nil {
		t.Fatal(err)
	}
	return []file{
		{"OFD.xml", plainRoot},
		{"Doc_0/Document.xml", `<Document><CommonData><PageArea><PhysicalBox>0 0 120 80</PhysicalBox></PageArea><PublicRes>R.xml</PublicRes>` +
			`<TemplatePage ID="90" ZOrder="Foreground" BaseLoc="T.xml"/></CommonData><Pages><Page ID="1" BaseLoc="P.xml"/><Page ID="2" BaseLoc="Q.xml"/></Pages><Annotations>A.xml</Annotations></Document>`},
		{"Doc_0/R.xml", sheetRes},
		{"Doc_0/P.xml", `<Page><Template TemplateID="90"/><Content><Layer>` + sheet + `</Layer></Content></Page>`},
		{"Doc_0/Q.xml", `<Page><Content><Layer><TextObject ID="80" Boundary="0 0 60 20" Font="7" Size="6"><TextCode X="5" Y="10">第二页</TextCode></TextObject></Layer></Content></Page>`},
		{"Doc_0/T.xml", `<Page><Content><Layer><PathObject ID="91" Boundary="0 0 120 80" LineWidth="0.2"><AbbreviatedData>M 0 20 L 120 20 M 0 40 L 120 40 M 0 60 L 120 60 M 60 0 L 60 80</AbbreviatedData></PathObject></Layer></Content></Page>`},
		{"Doc_0/A.xml", `<Annotations><Page PageID="1"><FileLoc>N.xml</FileLoc></Page></Annotations>`},
		{"Doc_0/N.xml", `<PageAnnot><Annot ID="95" Type="Stamp"><Appearance Boundary="100 70 18 8"><PathObject ID="96" Boundary="0 0 18 8" Fill="true"><FillColor Value="255 220 220"/><AbbreviatedData>M 0 0 L 18 0 L 18 8 L 0 8 C</AbbreviatedData></PathObject></Appearance></Annot></PageAnnot>`},
		{"Doc_0/Res/f.ttf", string(smallFont(t))},
		{"Doc_0/Res/a.bmp", b.String()},
		{"Doc_0/Res/a.gif", g.String()},
		{"Doc_0/Res/a.tif", "II*\x00 no picture"},
	}
}

// nestedSeal is a seal whose picture is a package of its own.
func nestedSeal(t testing.TB) []byte {
	t.Helper()
	files := []file{
		{"OFD.xml", plainRoot},
		{"Doc_0/Document.xml", `<Document><CommonData><PageArea><PhysicalBox>0 0 40 40</PhysicalBox></PageArea></CommonData><Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`},
		{"Doc_0/P.xml", `<Page><Content><Layer><PathObject ID="3" Boundary="0 0 40 40" LineWidth="2"><StrokeColor Value="220 0 0"/><AbbreviatedData>M 39 20 A 19 19 0 0 1 1 20 A 19 19 0 0 1 39 20 C</AbbreviatedData></PathObject>` +
			`<TextObject ID="4" Boundary="0 0 40 40" Font="7" Size="12"><FillColor Value="220 0 0"/><TextCode X="14" Y="25">章</TextCode></TextObject></Layer></Content></Page>`},
	}
	return zipped(t, files)
}

func openSheet(t testing.TB) (*ofd.Package, ofd.RenderOptions) {
	t.Helper()
	p, err := ofd.Read(zipped(t, sheetFiles(t)), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p, ofd.RenderOptions{Fallback: sample(t).Fonts[0], Stamps: []ofd.Stamp{{Box: ofd.Box{X: 62, Y: 62, W: 16, H: 16}, Image: nestedSeal(t), Format: "ofd"}}}
}

// What is not drawn, or only roughly, is told.
func TestMissingIsTold(t *testing.T) {
	t.Parallel()
	p, o := openSheet(t)
	d, err := p.Render(0, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range d.Missing {
		got = append(got, u.String())
	}
	want := []string{
		"font 7 is not in the package, or cannot be read", "object 35: picture in format TIFF", "object 36: picture that is not in the package",
		"object 37: shading of kind GouraudShd", "object 38: object of kind VideoObject", "object 39: character U+10FFFD",
		"stamp: font 7 is not in the package, or cannot be read",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %s\nwant %s", strings.Join(got, "\n    "), strings.Join(want, "\n     "))
	}
	if own := build(t, copied(t)); len(drawAll(t, own, ofd.RenderOptions{})[0].Missing) != 0 {
		t.Error("something of an own page is missing")
	}
}

// The sheet as a picture, looked at by a person when it was made.
func TestForeignSheetIsGolden(t *testing.T) {
	t.Parallel()
	p, o := openSheet(t)
	d, err := p.Render(0, o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	goldenPicture(t, "sheet.png", got)
	golden(t, "sheet.svg", d.SVG())
}

// goldenPicture compares pixels with a small tolerance: processors round
// curves differently.
func goldenPicture(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		golden(t, name, got)
	}
	want := open(t, readGolden(t, name))
	img := open(t, got)
	if img.Bounds() != want.Bounds() {
		t.Fatalf("%s: %v, want %v", name, img.Bounds(), want.Bounds())
	}
	off := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			a, b := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA), color.RGBAModel.Convert(want.At(x, y)).(color.RGBA)
			if max(a.R, b.R)-min(a.R, b.R) > 8 || max(a.G, b.G)-min(a.G, b.G) > 8 || max(a.B, b.B)-min(a.B, b.B) > 8 {
				off++
			}
		}
	}
	if off > 20 {
		t.Errorf("%s: %d pixels differ; run with -update and look at the picture", name, off)
	}
}

func open(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func readGolden(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
