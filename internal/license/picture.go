package license

import (
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// Picture draws the pages of a sealed file below each other as SVG, with their seals.
func Picture(file []byte) ([]byte, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := ses.Stamps(p)
	if err != nil {
		return nil, err
	}
	pages, err := p.RenderAll(ofd.RenderOptions{Stamps: stamps})
	if err != nil {
		return nil, fmt.Errorf("draw file: %w", err)
	}
	return ofd.Stack(pages).SVG(), nil
}

// PDF draws the pages of a sealed file, with its seals, as a PDF copy. mark stands among its keywords, so
// that a copy names itself when somebody checks it; the seals in it are pictures and prove nothing.
func PDF(file []byte, mark string, made time.Time) ([]byte, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := ses.Stamps(p)
	if err != nil {
		return nil, err
	}
	pages, err := p.RenderAll(ofd.RenderOptions{Stamps: stamps})
	if err != nil {
		return nil, fmt.Errorf("draw file: %w", err)
	}
	return ofd.PDF(pages, ofd.PDFInfo{Title: "电子证照PDF副本（以OFD文件为准）", Keywords: mark, Made: made})
}
