package org.yinxin.conformance;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.imageio.ImageIO;
import org.ofdrw.converter.ImageMaker;
import org.ofdrw.core.basicStructure.ofd.docInfo.CustomDatas;
import org.ofdrw.reader.OFDReader;

/**
 * Holds the preview that the type editor showed, a picture drawn by a browser, against the license file that was
 * issued from the same values, as ofdrw draws and reads it.
 *
 * <p>A folder holds license.ofd, preview.png and preview.properties: pixelsPerMm; seal.N and qr as x,y,w,h in
 * millimetres; value.NAME for each element whose text is known beforehand.
 */
final class Preview {
    /** How far the two may lie apart. */
    static final double TOLERANCE_MM = 0.5;

    /** Ink is darker than this; what answers to it may be a little lighter, for edges are smoothed. */
    private static final int INK = 140;

    private static final int ANSWER = 190;

    private final byte[] file;
    private final BufferedImage preview;
    private final Properties facts = new Properties();
    private final double scale;

    Preview(Path folder) throws IOException {
        file = Files.readAllBytes(folder.resolve("license.ofd"));
        preview = ImageIO.read(folder.resolve("preview.png").toFile());
        try (Reader in = Files.newBufferedReader(folder.resolve("preview.properties"))) {
            facts.load(in);
        }
        scale = Double.parseDouble(facts.getProperty("pixelsPerMm"));
    }

    /** The text of the file equals the data: every known value stands in the metadata, and the data index agrees. */
    int compareText() throws Exception {
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file))) {
            CustomDatas meta = reader.getOFDDir().getOfd().getDocBody().getDocInfo().getCustomDatas();
            for (String name : facts.stringPropertyNames()) {
                if (name.startsWith("value.")) {
                    String got = meta.getCustomDataValue(name.substring("value.".length()));
                    Mismatch.unless(
                            Face.same(facts.getProperty(name), got == null ? "" : got),
                            name + " is not what was entered");
                }
            }
            return Face.compareIndex(reader, OfdPackage.read(file));
        }
    }

    /** Draws the file and compares; moved shifts the drawing, to show that the comparison can fail. */
    double farthest(double movedMm) throws IOException {
        BufferedImage issued;
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file))) {
            issued = new ImageMaker(reader, scale).makePage(0);
        }
        Mismatch.unless(
                Math.abs(issued.getWidth() - preview.getWidth()) <= 2 && Math.abs(issued.getHeight() - preview.getHeight()) <= 2,
                "the pages differ in size");
        int move = (int) Math.round(movedMm * scale);
        boolean[][] hidden = hidden();
        double there = distance(ink(preview, 0, INK), ink(issued, move, ANSWER), hidden);
        double back = distance(ink(issued, move, INK), ink(preview, 0, ANSWER), hidden);
        double corners = corners(issued, move);
        return Math.max(Math.max(there, back), corners);
    }

    /** The codes hold different words, so only the outlines of both are compared: how far their edges lie apart. */
    private double corners(BufferedImage issued, int move) {
        int[] a = outline(ink(preview, 0, INK));
        int[] b = outline(ink(issued, move, INK));
        double most = 0;
        for (int i = 0; i < 4; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]) / scale);
        }
        return most;
    }

    private int[] outline(boolean[][] ink) {
        int[] box = box(facts.getProperty("qr"), 1);
        int[] found = {Integer.MAX_VALUE, Integer.MAX_VALUE, -1, -1};
        for (int y = box[1]; y < box[3]; y++) {
            for (int x = box[0]; x < box[2]; x++) {
                if (ink[y][x]) {
                    found[0] = Math.min(found[0], x);
                    found[1] = Math.min(found[1], y);
                    found[2] = Math.max(found[2], x);
                    found[3] = Math.max(found[3], y);
                }
            }
        }
        Mismatch.unless(found[2] >= 0, "no code is drawn where it should stand");
        return found;
    }

    /** Where the two must differ: seals, which the preview only outlines, and the check code. */
    private boolean[][] hidden() {
        boolean[][] hidden = new boolean[preview.getHeight()][preview.getWidth()];
        List<String> boxes = new ArrayList<>(List.of(facts.getProperty("qr")));
        facts.stringPropertyNames().stream()
                .filter(n -> n.startsWith("seal."))
                .forEach(n -> boxes.add(facts.getProperty(n)));
        for (String text : boxes) {
            int[] box = box(text, 1);
            for (int y = box[1]; y < box[3]; y++) {
                for (int x = box[0]; x < box[2]; x++) {
                    hidden[y][x] = true;
                }
            }
        }
        return hidden;
    }

    /** A box in pixels, grown by some millimetres: left, top, right, bottom. */
    private int[] box(String text, double grow) {
        String[] part = text.split(",");
        double x = Double.parseDouble(part[0]);
        double y = Double.parseDouble(part[1]);
        double w = Double.parseDouble(part[2]);
        double h = Double.parseDouble(part[3]);
        return new int[] {
            clamp((x - grow) * scale, preview.getWidth()),
            clamp((y - grow) * scale, preview.getHeight()),
            clamp((x + w + grow) * scale, preview.getWidth()),
            clamp((y + h + grow) * scale, preview.getHeight())
        };
    }

    private static int clamp(double v, int most) {
        return Math.max(0, Math.min(most, (int) Math.round(v)));
    }

    private boolean[][] ink(BufferedImage image, int move, int darker) {
        boolean[][] ink = new boolean[preview.getHeight()][preview.getWidth()];
        for (int y = 0; y < ink.length; y++) {
            for (int x = 0; x < ink[y].length; x++) {
                int from = x - move;
                if (from >= 0 && from < image.getWidth() && y < image.getHeight()) {
                    int rgb = image.getRGB(from, y);
                    ink[y][x] = Math.min(rgb >> 16 & 255, Math.min(rgb >> 8 & 255, rgb & 255)) < darker;
                }
            }
        }
        return ink;
    }

    /** How far, in millimetres, the loneliest ink of one picture lies from any of the other. */
    private double distance(boolean[][] ink, boolean[][] other, boolean[][] hidden) {
        int reach = (int) Math.ceil(TOLERANCE_MM * scale) + 3;
        double most = 0;
        int seen = 0;
        for (int y = 0; y < ink.length; y++) {
            for (int x = 0; x < ink[y].length; x++) {
                if (ink[y][x] && !hidden[y][x]) {
                    seen++;
                    if (!other[y][x]) {
                        most = Math.max(most, nearest(other, x, y, reach));
                    }
                }
            }
        }
        Mismatch.unless(seen > 1000, "hardly any ink on the page");
        return most / scale;
    }

    private static double nearest(boolean[][] ink, int x, int y, int reach) {
        double best = reach;
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                int px = x + dx;
                int py = y + dy;
                if (py >= 0 && py < ink.length && px >= 0 && px < ink[py].length && ink[py][px]) {
                    best = Math.min(best, Math.hypot(dx, dy));
                }
            }
        }
        return best;
    }
}
