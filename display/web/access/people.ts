// /account and /people: the server renders them and they work without scripts.
import "./people.css";
import { watchPasswordButtons } from "./show_password";

watchPasswordButtons();
