package standin

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

const (
	alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	special      = "!@#$%^&*_-+="
	safeSpecial  = "!@#%^&*_-+="
)

// words are what a passphrase is made of.
var words = strings.Fields(`amber anchor apple arrow autumn bacon badge bamboo basket beacon birch bottle
	branch bridge bronze butter cactus candle canyon carbon castle cedar cello cherry cinder circle clover
	cobalt comet copper coral cotton cradle crystal dahlia desert dragon ember fabric falcon feather fiddle
	forest galaxy garden ginger glacier granite harbor hazel hollow honey island ivory jacket jasmine jigsaw
	kettle ladder lagoon lantern lemon linen lobster magnet maple marble meadow mirror mosaic nectar needle
	nickel nutmeg oasis olive orchid oyster paddle panther pebble pepper piano pillow planet plaza pocket
	prairie pumpkin quartz quiver rabbit radish raven ribbon river rocket saddle salmon satin shadow silver
	sparrow spiral spruce summit sunset tablet talon temple thistle thunder timber tulip tunnel turnip velvet
	violet walnut willow window winter wisdom yellow zephyr zigzag`)

// generate makes a secret's value: length characters of the charset, else a phrase of
// words (contract 7). An unknown charset is an error.
func generate(modifiers map[string]string, phrase bool) (string, error) {
	length := 32
	if text, ok := modifiers["length"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return "", fmt.Errorf("length: expected a number above 0, found %q", text)
		}
		length, phrase = n, false
	}
	if phrase {
		return pick(words, 6, "-")
	}
	alphabet := alphanumeric
	switch charset := modifiers["charset"]; charset {
	case "", "default":
	case "special":
		alphabet += special
	case "safespecial":
		alphabet += safeSpecial
	default:
		return "", fmt.Errorf("charset: expected default, special or safespecial, found %q", charset)
	}
	return pick(strings.Split(alphabet, ""), length, "")
}

func pick(from []string, n int, glue string) (string, error) {
	out := make([]string, n)
	for i := range out {
		at, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
		if err != nil {
			return "", err
		}
		out[i] = from[at.Int64()]
	}
	return strings.Join(out, glue), nil
}
