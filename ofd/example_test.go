package ofd_test

import (
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// A license is built from a page description and read back.
func Example() {
	serif, err := font.Serif()
	if err != nil {
		fmt.Println(err)
		return
	}
	built, err := ofd.Build(&ofd.Document{
		ID: "0f3a5c7e9b1d2f4a6c8e0a1b3c5d7e9f", Title: "食品经营许可证",
		Created: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC),
		Fonts:   []*ofd.Font{serif},
		Pages: []ofd.Page{{Width: 210, Height: 297, Content: []ofd.Object{
			ofd.Text{X: 40, Y: 60, Size: 6, Value: "榕城小吃店", Tag: "CZZT"},
		}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := built.Bytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := ofd.Read(data, ofd.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := p.Info()
	fmt.Println(info.Title, info.Tags["CZZT"], info.Pages[0].Width, err)
	// Output: 食品经营许可证 榕城小吃店 210 <nil>
}
