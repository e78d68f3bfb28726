package translog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// EntriesLevel is the Level of a bundle of entries, as opposed to a tile of hashes.
const EntriesLevel = -1

// maxLevel is the highest level the layout allows (tlog-tiles: 0 to 63).
const maxLevel = 63

// Tile names one file of the tree: the tile of hashes at a level, or the bundle of entries below level 0.
type Tile struct {
	Level int    // EntriesLevel, or 0 to 63
	Index uint64 // from the left, starting at 0
	Width int    // how many hashes or entries it holds, 1 to TileWidth
}

// Path is the tile's place in a [Store] and under the log's address: tile/0/x001/x234/067.p/5.
func (t Tile) Path() string {
	if t.Width == TileWidth {
		return t.base()
	}
	return t.partials() + "/" + strconv.Itoa(t.Width)
}

func (t Tile) base() string {
	level := "entries"
	if t.Level != EntriesLevel {
		level = strconv.Itoa(t.Level)
	}
	n := fmt.Sprintf("%03d", t.Index%1000)
	for rest := t.Index / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	return "tile/" + level + "/" + n
}

// partials is the folder of the tile's partial forms; it may go once the full tile stands.
func (t Tile) partials() string { return t.base() + ".p" }

func (t Tile) full() Tile {
	t.Width = TileWidth
	return t
}

var errTilePath = errors.New("not the path of a tile")

// ParseTile reads a path as [Tile.Path] writes it; any other spelling is an error.
func ParseTile(path string) (Tile, error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	level, number, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || len(path) > 100 {
		return Tile{}, errTilePath
	}
	t := Tile{Level: EntriesLevel, Width: TileWidth}
	if level != "entries" {
		n, err := strconv.Atoi(level)
		if err != nil || n < 0 || n > maxLevel {
			return Tile{}, errTilePath
		}
		t.Level = n
	}
	if base, width, partial := strings.Cut(number, ".p/"); partial {
		n, err := strconv.Atoi(width)
		if err != nil || n < 1 || n >= TileWidth {
			return Tile{}, errTilePath
		}
		number, t.Width = base, n
	}
	digits := strings.NewReplacer("x", "", "/", "").Replace(number)
	index, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return Tile{}, errTilePath
	}
	t.Index = index
	// Comparing with the one spelling refuses signs, missing zeros, stray x and the like at once.
	if t.Path() != path {
		return Tile{}, errTilePath
	}
	return t, nil
}

// tileAt is the tile at a level and index in a tree of the given size: full, or as wide as the tree reaches.
func tileAt(level int, index, size uint64) Tile {
	count := size
	if level > 0 {
		count = size >> (tileHeight * uint(level))
	}
	t := Tile{Level: level, Index: index, Width: TileWidth}
	if index == count/TileWidth {
		t.Width = int(count % TileWidth)
	}
	return t
}
