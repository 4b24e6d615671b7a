import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads lines of texts in hexadecimal UTF-16, a pattern and then values; writes "refused", or 0 or 1 for each value. */
public class JavaPatterns {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] texts = line.split(",", -1);
            StringBuilder answer = new StringBuilder();
            try {
                Pattern pattern = Pattern.compile(text(texts[0]));
                for (int number = 1; number < texts.length; number++) {
                    answer.append(pattern.matcher(text(texts[number])).matches() ? '1' : '0');
                }
            } catch (PatternSyntaxException | IndexOutOfBoundsException error) {
                answer = new StringBuilder("refused");
            } catch (StackOverflowError error) {
                answer = new StringBuilder("overflow");
            }
            System.out.println(answer);
        }
    }

    private static String text(String hexadecimal) {
        StringBuilder found = new StringBuilder();
        for (int place = 0; place < hexadecimal.length(); place += 4) {
            found.append((char) Integer.parseInt(hexadecimal.substring(place, place + 4), 16));
        }
        return found.toString();
    }
}
