import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Puts the classes of every AAR of a folder into one jar, since a class path takes no AAR. */
class Merge {
    public static void main(String[] arguments) throws IOException {
        Set<Path> archives = new TreeSet<>();
        try (var files = Files.newDirectoryStream(Path.of(arguments[0]), "*.aar")) {
            files.forEach(archives::add);
        }
        Set<String> seen = new HashSet<>();
        try (var merged = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
            merged.setLevel(1);
            for (Path archive : archives) {
                try (var aar = new ZipInputStream(Files.newInputStream(archive))) {
                    for (ZipEntry part; (part = aar.getNextEntry()) != null; ) {
                        if (part.getName().equals("classes.jar")) {
                            copy(new ZipInputStream(aar), merged, seen);
                        }
                    }
                }
            }
        }
        System.out.println(seen.size() + " classes of " + archives.size() + " archives");
        if (seen.isEmpty()) {
            throw new IOException("no classes in " + arguments[0]);
        }
    }

    private static void copy(ZipInputStream from, ZipOutputStream to, Set<String> seen) throws IOException {
        for (ZipEntry entry; (entry = from.getNextEntry()) != null; ) {
            if (!entry.isDirectory() && seen.add(entry.getName())) {
                to.putNextEntry(new ZipEntry(entry.getName()));
                from.transferTo((OutputStream) to);
                to.closeEntry();
            }
        }
    }
}
