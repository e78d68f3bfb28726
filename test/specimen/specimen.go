// Package specimen makes the license that benchmarks generate, seal and verify: an A4 face with twelve lines of
// values, a photo, a check code and a JSON attachment, all but the face different in every copy.
package specimen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// Specimen is what the licenses share. It is safe for use by several goroutines.
type Specimen struct {
	Fonts    []*ofd.Font
	Template *ofd.TemplatePage
	// Picture is a seal's picture of about 20 KB, a PNG.
	Picture []byte
	photos  [8][]byte
}

// Seal is where the seal stands on the page.
var Seal = ofd.Box{X: 138, Y: 226, W: 42, H: 42}

// New makes the shared parts; they are the same every time.
func New() (*Specimen, error) {
	serif, err := font.Serif()
	if err != nil {
		return nil, fmt.Errorf("load font: %w", err)
	}
	sans, err := font.Sans()
	if err != nil {
		return nil, fmt.Errorf("load font: %w", err)
	}
	s := &Specimen{Fonts: []*ofd.Font{serif, sans}, Template: &ofd.TemplatePage{Objects: face()}}
	if s.Picture, err = seal(); err != nil {
		return nil, err
	}
	for i := range s.photos {
		if s.photos[i], err = photo(uint64(i)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

var labels = [...]struct{ tag, label string }{
	{"ZZBH", "许可证编号"}, {"CZZT", "经营者名称"}, {"CZZTDM", "统一社会信用代码"}, {"FDDBR", "法定代表人"},
	{"ZS", "住所"}, {"JYCS", "经营场所"}, {"ZTYT", "主体业态"}, {"JYXM", "经营项目"},
	{"ZZBFJG", "发证机关"}, {"RCJGJG", "日常监督管理机构"}, {"ZZBFRQ", "签发日期"}, {"ZZYXQJZRQ", "有效期至"},
}

func face() []ofd.Object {
	gold := ofd.RGB{R: 0xB0, G: 0x8A, B: 0x3E}
	out := []ofd.Object{
		ofd.Path{Data: ofd.Rect(ofd.Box{X: 10, Y: 10, W: 190, H: 277}), Stroke: &gold, LineWidth: 1.2},
		ofd.Path{Data: ofd.Rect(ofd.Box{X: 12.5, Y: 12.5, W: 185, H: 272}), Stroke: &gold, LineWidth: 0.3},
		ofd.Path{Data: ofd.Circle(105, 35, 12), Fill: &gold},
		ofd.Text{X: 53, Y: 64, Size: 11, Font: 1, Value: "食品经营许可证", Spacing: 4},
		ofd.Text{X: 22, Y: 276, Size: 3, Value: "本证照由榕城市电子证照系统签发，以电子文件为准，可扫描二维码核验。"},
	}
	for i, l := range labels {
		out = append(out, ofd.Text{X: 22, Y: 84 + 11.5*float64(i), Size: 4.6, Font: 1, Value: l.label})
	}
	return out
}

// License is the n-th license.
func (s *Specimen) License(n int) *ofd.Document {
	values := [len(labels)]string{
		fmt.Sprintf("JY1350102%07d", n), pick(n, 1, names) + pick(n, 2, trades) + "有限公司", fmt.Sprintf("9235%07dMA8T3Q%02d", n%10_000_000, n%97),
		pick(n, 3, surnames) + pick(n, 4, given), fmt.Sprintf("榕城市临江区%s路%d号", pick(n, 5, names), n%900+1),
		fmt.Sprintf("榕城市临江区%s巷%d号一层%02d室", pick(n, 6, names), n%300+1, n%40), "餐饮服务经营者（中型餐馆）",
		"热食类食品制售，冷食类食品制售，自制饮品制售（含" + pick(n, 7, trades) + "）", "榕城市市场监督管理局", "榕城市市场监督管理局" + pick(n, 8, names) + "所",
		fmt.Sprintf("2026年%02d月%02d日", n%12+1, n%28+1), fmt.Sprintf("2031年%02d月%02d日", n%12+1, n%28+1),
	}
	data := map[string]string{"ZZMC": "食品经营许可证", "ZZLXDM": "11100000MB0344175J096"}
	meta := []ofd.Meta{{Name: "ZZMC", Value: "食品经营许可证"}}
	var content []ofd.Object
	for i, l := range labels {
		data[l.tag] = values[i]
		meta = append(meta, ofd.Meta{Name: l.tag, Value: values[i]})
		content = append(content, ofd.Text{X: 66, Y: 84 + 11.5*float64(i), Size: 4.6, Value: values[i], Tag: l.tag})
	}
	content = append(content,
		ofd.Image{X: 160, Y: 76, W: 26, H: 36, Data: s.photos[n%len(s.photos)]},
		ofd.QR{X: 24, Y: 232, W: 32, Value: fmt.Sprintf("https://yinxin.example/v/%026d", n)})
	attached, _ := json.MarshalIndent(data, "", "  ") // strings can always be written
	return &ofd.Document{
		ID: fmt.Sprintf("%032x", n), Title: "食品经营许可证", Author: "榕城市市场监督管理局", Creator: "Yinxin",
		Created: time.Date(2026, 3, 9, 10, 30, 20, 0, time.UTC), Meta: meta, Fonts: s.Fonts,
		Pages:              []ofd.Page{{Width: 210, Height: 297, Template: s.Template, Content: content}},
		Attachments:        []ofd.Attachment{{Name: "license.json", Format: "json", Data: attached}},
		Permissions:        &ofd.Permissions{Export: true, Signature: true, PrintScreen: true, Print: true, Copies: -1},
		SignaturesExpected: 1,
	}
}

var (
	names    = []string{"八一七", "五四", "东街口", "茉莉", "三坊七巷", "鼓山", "闽江", "白马", "华林", "上下杭", "梅峰", "仓山"}
	trades   = []string{"餐饮管理", "茶业", "面馆", "海鲜酒楼", "小吃", "烘焙", "饮品", "肉燕"}
	surnames = []string{"陈", "林", "黄", "张", "吴", "欧阳", "郑", "王", "李", "谢"}
	given    = []string{"建国", "丽华", "志强", "秀英", "伟", "晓燕", "文斌", "雅琴", "俊杰"}
)

func pick(n, salt int, from []string) string {
	return from[int(uint32(n*2654435761+salt*40503)>>7)%len(from)]
}

// seal draws a ring of ink that looks stamped, so that it does not pack to nothing.
func seal() ([]byte, error) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same every time, on purpose
	img := image.NewNRGBA(image.Rect(0, 0, 160, 160))
	for y := range 160 {
		for x := range 160 {
			dx, dy := x-80, y-80
			if d := dx*dx + dy*dy; d < 78*78 && d > 40*40 {
				img.Set(x, y, color.NRGBA{200, 20, 20, uint8(r.IntN(256))})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw seal: %w", err)
	}
	return b.Bytes(), nil
}

// photo is a JPEG of the size of a portrait's.
func photo(n uint64) ([]byte, error) {
	r := rand.New(rand.NewPCG(3, n)) //nolint:gosec // likewise
	img := image.NewRGBA(image.Rect(0, 0, 295, 413))
	for y := range 413 {
		for x := range 295 {
			grain := uint8(r.IntN(24))
			img.Set(x, y, color.RGBA{uint8(x/2) + grain, uint8(y/3) + grain, 120 + grain, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 72}); err != nil {
		return nil, fmt.Errorf("draw photo: %w", err)
	}
	return b.Bytes(), nil
}
