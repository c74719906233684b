// The pages that work without scripts; this adds the buttons that show a password.
import "./sign_in.css";
import { watchPasswordButtons } from "./show_password";

watchPasswordButtons();
